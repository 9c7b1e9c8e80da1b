import type { NextAuthOptions } from "next-auth";
import { recordActivity } from "../activities/record-activity";
import { createContext, type Context } from "../context";
import { derivedSecret } from "../secret-box";
import { findSession } from "./find-session";
import { sessionAdapter } from "./session-adapter";
import { sessionCookieName, sessionCookieOptions } from "./session-cookie";
import { idleLimitMs, touchEveryMs } from "./session-limits";
import { userActor } from "./user-actor";
import { findUser } from "./user-queries";

/**
 * next-auth on our sessions: same cookie, same table, same limits. Identity providers are added to `providers`;
 * a password begins its session by itself, because next-auth keeps no database session for one.
 */
export function nextAuthOptions(ctx: Context, https: boolean): NextAuthOptions {
  const adapter = sessionAdapter(ctx);
  return {
    secret: derivedSecret("next-auth"),
    adapter: {
      ...adapter,
      async getSessionAndUser(token) {
        // Our rules decide what a session is; next-auth only looks at `expires`.
        return (await findSession(ctx, token, "browser")) ? ((await adapter.getSessionAndUser?.(token)) ?? null) : null;
      },
    },
    providers: [],
    session: { strategy: "database", maxAge: idleLimitMs / 1000, updateAge: touchEveryMs / 1000 },
    useSecureCookies: https,
    cookies: { sessionToken: { name: sessionCookieName, options: sessionCookieOptions(https) } },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    callbacks: { session: ({ session, user }) => ({ expires: session.expires, user: { name: user.name, email: user.email } }) },
    events: {
      async signOut({ session }) {
        const userId = Number((session as unknown as { userId?: number } | null)?.userId);
        const user = Number.isInteger(userId) ? await findUser(ctx.db, userId) : null;
        if (user) await recordActivity(createContext(userActor({ ...user, globalRole: "none" }, addressOf(ctx)), ctx), { type: "user_logged_out" });
      },
    },
  };
}

function addressOf({ actor }: Context): string {
  return actor.kind === "user" || actor.kind === "nobody" ? (actor.address ?? "") : "";
}
