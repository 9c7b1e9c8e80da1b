import { authorize, isAllowed, type Permission } from "../authorize";
import type { Context } from "../context";
import { NotFoundError } from "../errors";
import { findUser, listTeamRoleRows, type UserRow } from "./user-queries";

/**
 * Loads a user for what belongs to them alone: their tokens and sessions. They themselves need `profile:write`; somebody else needs `permission` over
 * all of them: everywhere, or on every team that the user has a role on. Whom the actor sees on no team looks like nobody, whom on some is refused.
 * @throws NotFoundError `user_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function authorizeOverUser(ctx: Context, permission: Permission, userId: number): Promise<UserRow> {
  const own = ctx.actor.kind === "user" && ctx.actor.userId === userId;
  authorize(ctx, own ? "profile:write" : permission);
  const user = await findUser(ctx.db, userId);
  const everywhere = own || isAllowed(ctx, permission, { teamId: null });
  const held = everywhere || user?.globalRole !== "none" ? [] : await listTeamRoleRows(ctx.db, userId);
  if (!user || !(everywhere || held.some(({ teamId }) => isAllowed(ctx, permission, { teamId })))) {
    throw new NotFoundError("user_not_found", `User ${userId} was not found. They may have been deleted.`);
  }
  for (const { teamId } of held) authorize(ctx, permission, { teamId });
  return user;
}
