import { authorize, isAllowed, type Permission } from "../authorize";
import type { Context } from "../context";
import { NotFoundError } from "../errors";
import { findUser, listTeamRoleRows, type UserRow } from "./user-queries";

/**
 * Loads a user for what belongs to them alone: their tokens and sessions. They themselves need `profile:write`; somebody else needs `permission` over
 * all of them: everywhere, or on every team that the user has a role on. A user with a global role, or none, is reached by global roles only.
 * @throws NotFoundError `user_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function authorizeOverUser(ctx: Context, permission: Permission, userId: number): Promise<UserRow> {
  const { actor } = ctx;
  const own = actor.kind === "user" && actor.userId === userId;
  authorize(ctx, own ? "profile:write" : permission);
  const user = await findUser(ctx.db, userId);
  if (!own && !isAllowed(ctx, permission, { teamId: null })) {
    const held = user?.globalRole === "none" ? await listTeamRoleRows(ctx.db, userId) : [];
    // The same answer whether the user is somebody else's or nobody at all.
    if (held.length === 0) authorize(ctx, permission, { teamId: null });
    for (const { teamId } of held) authorize(ctx, permission, { teamId });
  }
  if (!user) throw new NotFoundError("user_not_found", `User ${userId} was not found. They may have been deleted.`);
  return user;
}
