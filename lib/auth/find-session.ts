import { z } from "zod";
import type { Context, UserActor } from "../context";
import { sessionAdapter } from "./session-adapter";
import { sessionExpiry, touchEveryMs } from "./session-limits";
import { deleteSession, touchSession } from "./session-queries";
import { LiveUser } from "./live-user";
import { userActor } from "./user-actor";
import { listTeamRoleRows } from "./user-queries";

// A row that doesn't name a whole, enabled user is no session, whatever else it holds.
const LiveSession = z.object({
  session: z.object({
    id: z.string().min(1),
    userId: z.number().int().positive(),
    kind: z.enum(["browser", "api"]),
    expires: z.date(),
    absoluteEnd: z.date(),
    lastUsedAt: z.date(),
  }),
  user: LiveUser,
});

/** Who a session token belongs to. Null: unknown, ended (24 h unused, or 7 days old), of the other kind, or its user is disabled. Using it keeps it alive. */
export async function findSession(ctx: Context, token: string, kind: "browser" | "api", address = ""): Promise<UserActor | null> {
  if (token.length < 32 || token.length > 200) return null;
  const parsed = LiveSession.safeParse(await sessionAdapter(ctx).getSessionAndUser?.(token));
  if (!parsed.success) return null;
  const { session, user } = parsed.data;
  if (session.kind !== kind || session.userId !== user.id) return null;
  const now = ctx.now();
  if (now >= session.expires || now >= session.absoluteEnd) {
    await deleteSession(ctx.db, session.id);
    return null;
  }
  if (now.getTime() - session.lastUsedAt.getTime() >= touchEveryMs) await touchSession(ctx.db, session.id, now, sessionExpiry(now, session.absoluteEnd));
  // A global role leaves no room for roles on teams.
  const teamRoles = user.globalRole === "none" ? await listTeamRoleRows(ctx.db, user.id) : [];
  return userActor({ ...user, teamRoles }, address, { sessionId: session.id, routes: kind === "api" ? user.apiRoutes : null });
}
