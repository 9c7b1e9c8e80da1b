import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { createContext, type Context, type UserActor } from "../context";
import { clientAddress, pathHeader } from "../http/client-address";
import { routeClock } from "./admin-route";
import { findSession } from "./find-session";
import { isSetUp } from "./get-organisation";
import { localPath } from "./local-path";
import { sessionCookieName } from "./session-cookie";

/** The context of whoever is signed in, or null. */
export async function findVisitor(): Promise<Context | null> {
  const token = (await cookies()).get(sessionCookieName)?.value;
  const address = clientAddress(await headers());
  const ctx = createContext({ kind: "nobody", address }, { now: routeClock() });
  const actor = token ? await findSession(ctx, token, "browser", address) : null;
  return actor && { ...ctx, actor };
}

/** For pages: the signed-in user's context. Others are sent to sign in and back, to set up, to choose a new password, or to the page for users without a role. */
export async function requireAdmin(): Promise<Context> {
  const ctx = await findVisitor();
  if (!ctx) {
    if (!(await isSetUp(createContext({ kind: "nobody" })))) redirect("/setup");
    const path = (await headers()).get(pathHeader) ?? undefined;
    const back = localPath(path?.replace(/([?&])_rsc=[^&]*/, "$1").replace(/[?&]$/, ""));
    redirect(back === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(back)}`);
  }
  if (ctx.actor.kind === "user" && ctx.actor.mustResetPassword) redirect("/required-password-reset");
  if (ctx.actor.kind === "user" && hasNoRole(ctx.actor)) redirect("/no-access");
  return ctx;
}

/** Whether a user may see nothing at all: no global role, and none on a team. */
export function hasNoRole(actor: UserActor): boolean {
  return actor.globalRole === "none" && Object.keys(actor.teamRoles).length === 0;
}
