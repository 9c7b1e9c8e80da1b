import { acceptConsent } from "@/lib/compliance/entra/accept-consent";
import { callbackPath } from "@/lib/compliance/entra/public-url";
import { routeClock } from "@/lib/auth/admin-route";
import { findSession } from "@/lib/auth/find-session";
import { sessionTokenOf } from "@/lib/auth/session-cookie";
import { createContext, type Context } from "@/lib/context";
import { FlotillaError } from "@/lib/errors";

const longestValue = 2_000;

/**
 * Where Microsoft's consent page sends the admin's browser back to (next.config.ts leads the settings page's own address here when `state` is present).
 * Takes the answer in for the user whose session the browser holds, and goes on to the settings page; without a session, by way of sign-in. It never
 * leads anywhere else, whatever the query says.
 */
export async function GET(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const given = (name: string) => searchParams.get(name)?.slice(0, longestValue);
  const ctx = await visitor(request);
  if (!ctx) {
    const back = new URLSearchParams();
    for (const name of ["state", "tenant", "admin_consent", "error", "error_subcode", "error_description"]) {
      const value = given(name)?.slice(0, 300);
      if (value !== undefined) back.set(name, value);
    }
    return goTo(`/sign-in?next=${encodeURIComponent(`${callbackPath}?${back}`)}`);
  }
  try {
    await acceptConsent(ctx, { state: given("state") ?? "", tenant: given("tenant"), error: given("error"), errorDescription: given("error_description") });
    return goTo(callbackPath);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    // What was refused is kept with the connection, or changed nothing; the page has the words for either.
    return goTo(`${callbackPath}?problem=${encodeURIComponent(error.code)}`);
  }
}

async function visitor(request: Request): Promise<Context | null> {
  const token = sessionTokenOf(request.headers.get("cookie"));
  const ctx = createContext({ kind: "nobody" }, { now: routeClock() });
  const actor = token ? await findSession(ctx, token, "browser") : null;
  return actor && { ...ctx, actor };
}

function goTo(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path, "cache-control": "no-store", "referrer-policy": "no-referrer" } });
}
