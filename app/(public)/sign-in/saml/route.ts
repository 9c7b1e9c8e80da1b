import { routeClock } from "@/lib/auth/admin-route";
import { localPath } from "@/lib/auth/local-path";
import { refuseSsoSignIn } from "@/lib/auth/refuse-sso-sign-in";
import { samlCookie } from "@/lib/auth/saml-cookie";
import { createContext } from "@/lib/context";
import { FlotillaError, TooManyRequestsError } from "@/lib/errors";
import { clientAddress } from "@/lib/http/client-address";
import { countAttempt } from "@/lib/http/count-attempt";
import { startSamlSignIn } from "@/lib/sso/saml/start-saml-sign-in";

export const dynamic = "force-dynamic";

/** Sends a browser to the identity provider, and back to `next` afterwards. */
export async function GET(request: Request): Promise<Response> {
  const address = clientAddress(request.headers);
  const ctx = createContext({ kind: "nobody", address }, { now: routeClock() });
  try {
    await countAttempt("sso_start", address);
    const { url, token, https } = await startSamlSignIn(ctx, localPath(new URL(request.url).searchParams.get("next") ?? "/"));
    return goTo(url, samlCookie(token, https));
  } catch (error) {
    if (error instanceof TooManyRequestsError) return goTo("/sign-in?status=too_many_attempts");
    if (!(error instanceof FlotillaError)) throw error;
    const status = error.code === "sso_off" ? "org_disabled" : "error";
    const refused = await refuseSsoSignIn(ctx, { method: "saml", directoryId: null, status, code: error.code, reason: error.message });
    return goTo(`/sign-in?${new URLSearchParams({ status: refused.code, ref: refused.reference })}`);
  }
}

function goTo(location: string, cookie?: string): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  if (cookie) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}
