import { routeClock } from "@/lib/auth/admin-route";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { cookiesOf } from "@/lib/auth/oidc/flow-cookies";
import { leadBrowser, leadToSignIn } from "@/lib/auth/oidc/lead-browser";
import { takeAnswer } from "@/lib/auth/oidc/take-answer";
import { createContext } from "@/lib/context";
import { FlotillaError, TooManyRequestsError } from "@/lib/errors";
import { clientAddress } from "@/lib/http/client-address";
import { countAttempt } from "@/lib/http/count-attempt";
import { findSignInDirectory } from "@/lib/sso/oidc/find-sign-in-directory";

/** Where Microsoft sends people back to: `/api/auth/callback/<slug>`. next-auth's other addresses (session, csrf, signout, …) aren't served: this product has its own. */
export async function GET(request: Request, route: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const [action, slug, ...rest] = (await route.params).nextauth;
  if (action !== "callback" || !slug || rest.length > 0) return new Response("Not found\n", { status: 404 });
  const address = clientAddress(request.headers);
  const ctx = createContext({ kind: "nobody", address }, { now: routeClock() });
  try {
    await countAttempt("sso_callback", address);
    const { publicUrl } = await getOrganisation(ctx);
    const directory = publicUrl ? await findSignInDirectory(ctx, slug) : null;
    if (!directory) return leadToSignIn("org_disabled");
    const { searchParams } = new URL(request.url);
    const cookies = cookiesOf(request.headers.get("cookie"));
    const userAgent = request.headers.get("user-agent") ?? "";
    return leadBrowser(await takeAnswer(ctx, directory, { publicUrl, query: searchParams, cookies, userAgent, address }));
  } catch (error) {
    if (error instanceof TooManyRequestsError) return leadToSignIn("too_many_attempts");
    if (!(error instanceof FlotillaError)) throw error;
    ctx.log.error({ "sign_in.code": error.code, "error.message": error.message }, "an answer of Microsoft couldn't be taken in");
    return leadToSignIn("error");
  }
}
