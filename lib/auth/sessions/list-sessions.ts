import type { Context } from "../../context";
import { authorizeOverUser } from "../authorize-over-user";
import { listSessionRows } from "../session-queries";
import type { SessionRecord } from "./session-record";

/**
 * A user's sessions that go on now, last used first: one's own, or anybody's for whoever may read that user.
 * @throws NotFoundError `user_not_found`; ForbiddenError, UnauthenticatedError
 */
export async function listSessions(ctx: Context, userId: number): Promise<SessionRecord[]> {
  await authorizeOverUser(ctx, "user:read", userId);
  return listSessionRows(ctx.db, userId, ctx.now());
}
