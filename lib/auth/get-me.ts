import type { Context } from "../context";
import { UnauthenticatedError } from "../errors";
import type { User } from "./users/user";
import { findUserWithRoles } from "./users/users-queries";

/**
 * The user who acts, with all their roles.
 * @throws UnauthenticatedError `not_signed_in`
 */
export async function getMe(ctx: Context): Promise<User> {
  const user = ctx.actor.kind === "user" ? await findUserWithRoles(ctx.db, ctx.actor.userId) : null;
  if (!user) throw new UnauthenticatedError("not_signed_in", "Authentication required");
  return user;
}
