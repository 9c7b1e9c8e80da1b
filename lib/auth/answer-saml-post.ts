import type { Context } from "../context";
import { TooManyRequestsError, UnavailableError } from "../errors";
import { clientAddress, cameByHttps } from "../http/client-address";
import { countAttempt } from "../http/count-attempt";
import { asFlotillaError } from "../http/error-envelope";
import { BodyTooLargeError, readBody } from "../http/read-json-body";
import { finishSamlSignIn } from "./finish-saml-sign-in";
import { refuseSsoSignIn } from "./refuse-sso-sign-in";
import { samlCookiesGone, samlTokenOf } from "./saml-cookie";
import { sessionCookieName, sessionCookieOptions } from "./session-cookie";

// The answer itself may have 256 KiB; base64 and the form's own encoding make up to twice that.
const maxBodyBytes = 768 * 1024;

/**
 * Answers the form that an identity provider's page posts: 303 into the product with a session, or 303 to the sign-in page with a code and a reference.
 * The post comes from another site by nature, so no origin is asked for: what binds it to this browser is the cookie of the sign-in under way.
 */
export async function answerSamlPost(ctx: Context, request: Request): Promise<Response> {
  try {
    const address = clientAddress(request.headers);
    await countAttempt("sso_callback", address);
    const form = new URLSearchParams((await readBody(request, maxBodyBytes)).toString("utf8"));
    const brought = { answers: form.getAll("SAMLResponse"), token: samlTokenOf(request.headers.get("cookie")) };
    const finished = await finishSamlSignIn(ctx, brought, { userAgent: request.headers.get("user-agent") ?? "", address });
    if (finished.kind === "refused") return goTo(signInPath(finished.code, finished.reference));
    const { secure, sameSite } = sessionCookieOptions(cameByHttps(request.headers));
    const { token, absoluteEnd } = finished.session;
    const cookie = `${sessionCookieName}=${token}; Path=/; Expires=${absoluteEnd.toUTCString()}; HttpOnly; SameSite=${sameSite}${secure ? "; Secure" : ""}`;
    return goTo(finished.path, cookie);
  } catch (error) {
    return goTo(await pathAfterFailure(ctx, error));
  }
}

async function pathAfterFailure(ctx: Context, error: unknown): Promise<string> {
  // Not written down for each try: a flood would fill the activities.
  if (error instanceof TooManyRequestsError) return signInPath("too_many_attempts");
  const known = asFlotillaError(error);
  if (known instanceof UnavailableError) return signInPath("error");
  const { code, reason } = known
    ? { code: known instanceof BodyTooLargeError ? "saml_too_large" : known.code, reason: known.message }
    : { code: "internal_error", reason: "The server failed. Its log has the cause under this reference." };
  const refused = await refuseSsoSignIn(ctx, { method: "saml", directoryId: null, status: "error", code, reason });
  if (!known) {
    const cause = { "error.message": String(error), "error.stack": (error as Error)?.stack };
    ctx.log.error({ "sign_in.reference": refused.reference, ...cause }, "a sign-in ended in an unexpected error");
  }
  return signInPath(refused.code, refused.reference);
}

function signInPath(status: string, reference?: string): string {
  return `/sign-in?${new URLSearchParams({ status, ...(reference && { ref: reference }) })}`;
}

function goTo(path: string, cookie?: string): Response {
  const headers = new Headers({ location: path, "cache-control": "no-store" });
  for (const line of [...samlCookiesGone, ...(cookie ? [cookie] : [])]) headers.append("set-cookie", line);
  return new Response(null, { status: 303, headers });
}
