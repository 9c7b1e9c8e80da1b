import { authorize, type Permission } from "../../authorize";
import type { Context } from "../../context";
import { NotFoundError } from "../../errors";
import { authorizeOverUser } from "../authorize-over-user";
import { findSessionRow } from "../session-queries";
import type { UserRow } from "../user-queries";
import type { SessionRecord } from "./session-record";

/**
 * One session that goes on now, with its user: one's own, or anybody's for whoever holds `permission` over that user.
 * @throws NotFoundError `session_not_found`; ForbiddenError, UnauthenticatedError
 */
export async function getSession(
  ctx: Context,
  sessionId: string,
  permission: Extract<Permission, "user:read" | "user:write"> = "user:read",
): Promise<{ session: SessionRecord; user: UserRow }> {
  const session = await findSessionRow(ctx.db, sessionId, ctx.now());
  if (!session) authorize(ctx, permission);
  const user = session && (await authorizeOverUser(ctx, permission, session.userId).catch(asNobody));
  if (!session || !user) throw new NotFoundError("session_not_found", "This session was not found. It may have ended.");
  return { session, user };
}

// A session of somebody out of the caller's sight is answered like one that isn't there.
function asNobody(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}
