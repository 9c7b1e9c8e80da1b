import { routeClock } from "@/lib/auth/admin-route";
import { answerSamlPost } from "@/lib/auth/answer-saml-post";
import { createContext } from "@/lib/context";
import { clientAddress } from "@/lib/http/client-address";

/** Takes an identity provider's answer. Not a route of JSON: a browser posts a form here, and is sent on. */
export const POST = (request: Request): Promise<Response> =>
  answerSamlPost(createContext({ kind: "nobody", address: clientAddress(request.headers) }, { now: routeClock() }), request);
