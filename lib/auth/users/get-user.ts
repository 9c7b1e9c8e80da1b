import type { Context } from "../../context";
import type { User } from "./user";
import { seenUser } from "./user-reach";
import { findUserWithRoles } from "./users-queries";

/**
 * One user, with their roles as far as the actor may know of them. Everybody may get themselves.
 * @throws NotFoundError `user_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function getUser(ctx: Context, userId: number): Promise<User> {
  return seenUser(ctx, await findUserWithRoles(ctx.db, userId));
}
