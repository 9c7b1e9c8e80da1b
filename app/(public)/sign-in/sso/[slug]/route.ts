import { routeClock } from "@/lib/auth/admin-route";
import { findSession } from "@/lib/auth/find-session";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { localPath } from "@/lib/auth/local-path";
import { beginSignIn } from "@/lib/auth/oidc/begin-sign-in";
import { leadBrowser, leadToSignIn } from "@/lib/auth/oidc/lead-browser";
import { sessionTokenOf } from "@/lib/auth/session-cookie";
import { createContext } from "@/lib/context";
import { FlotillaError, TooManyRequestsError } from "@/lib/errors";
import { cameByHttps, clientAddress } from "@/lib/http/client-address";
import { countAttempt } from "@/lib/http/count-attempt";
import { findSignInDirectory } from "@/lib/sso/oidc/find-sign-in-directory";

/** `/sign-in/sso/<slug>?next=/path`: off to Microsoft. A plain link may lead here: state, nonce and verifier bind the answer to this browser. */
export async function GET(request: Request, route: { params: Promise<{ slug: string }> }): Promise<Response> {
  const { slug } = await route.params;
  const { searchParams } = new URL(request.url);
  const next = localPath(searchParams.get("next") ?? "/");
  const trial = searchParams.get("trial") ?? undefined;
  const address = clientAddress(request.headers);
  const ctx = createContext({ kind: "nobody", address }, { now: routeClock() });
  try {
    await countAttempt("sso_start", address);
    const { publicUrl } = await getOrganisation(ctx);
    if (!publicUrl) return leadToSignIn("org_disabled");
    const elsewhere = publicPlace(request, publicUrl, { next, trial });
    if (elsewhere) return leadBrowser({ location: elsewhere });
    const directory = await findSignInDirectory(ctx, slug);
    if (!directory) return leadToSignIn("org_disabled");
    const token = sessionTokenOf(request.headers.get("cookie"));
    const actor = trial && token ? await findSession(ctx, token, "browser", address) : null;
    return leadBrowser(await beginSignIn(actor ? { ...ctx, actor } : ctx, directory, { publicUrl, next, trial }));
  } catch (error) {
    if (error instanceof TooManyRequestsError) return leadToSignIn("too_many_attempts");
    if (!(error instanceof FlotillaError)) throw error;
    ctx.log.warn({ "sign_in.code": error.code }, "a sign-in couldn't begin");
    return leadToSignIn(error.code === "directory_off" ? "org_disabled" : "error");
  }
}

// Microsoft leads back to the public address, and cookies of another name of this server wouldn't be there. `here` keeps it at one turn.
function publicPlace(request: Request, publicUrl: string, { next, trial }: { next: string; trial: string | undefined }): string | null {
  const url = new URL(request.url);
  const place = new URL(publicUrl);
  const isThere = request.headers.get("host") === place.host && (place.protocol === "http:" || cameByHttps(request.headers));
  if (isThere || url.searchParams.has("here")) return null;
  const query = new URLSearchParams({ next, ...(trial !== undefined && { trial }), here: "1" });
  return `${place.origin}${url.pathname}?${query}`;
}
