import { isAllowed } from "../../authorize";
import type { Context } from "../../context";
import { isSelf, reachesWhole, seenUser } from "./user-reach";
import { findUserWithRoles } from "./users-queries";

/** How far the actor reaches into a user: `roles`, at least some of them; `whole`, everything that a user is; `self`, they are the user. */
export interface UserReach {
  roles: boolean;
  whole: boolean;
  self: boolean;
}

/**
 * What a page may offer the actor to change of a user.
 * @throws NotFoundError `user_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function getUserReach(ctx: Context, userId: number): Promise<UserReach> {
  const user = await findUserWithRoles(ctx.db, userId);
  seenUser(ctx, user);
  return { roles: isAllowed(ctx, "user:write"), whole: user !== null && reachesWhole(ctx, user), self: isSelf(ctx, userId) };
}
