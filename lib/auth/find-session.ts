import { z } from "zod";
import type { Actor, Context } from "../context";
import { sessionAdapter } from "./session-adapter";
import { sessionExpiry, touchEveryMs } from "./session-limits";
import { deleteSession, touchSession } from "./session-queries";

const Role = z.enum(["admin", "maintainer", "technician", "observer_plus", "observer", "gitops", "none"]);

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
  user: z.object({ id: z.number().int().positive(), name: z.string(), email: z.string().min(3), globalRole: Role, disabledAt: z.null() }),
});

/** Who a session token belongs to. Null: unknown, ended (24 h unused, or 7 days old), of the other kind, or its user is disabled. Using it keeps it alive. */
export async function findSession(ctx: Context, token: string, kind: "browser" | "api"): Promise<Extract<Actor, { kind: "user" }> | null> {
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
  return { kind: "user", userId: user.id, name: user.name, email: user.email, globalRole: user.globalRole, sessionId: session.id };
}
