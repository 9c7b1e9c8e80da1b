import type { Context } from "../context";
import { UnauthenticatedError } from "../errors";
import { findUser, type UserRow } from "./user-queries";

/**
 * The user who acts.
 * @throws UnauthenticatedError `not_signed_in`
 */
export async function getMe(ctx: Context): Promise<UserRow> {
  const user = ctx.actor.kind === "user" ? await findUser(ctx.db, ctx.actor.userId) : null;
  if (!user) throw new UnauthenticatedError("not_signed_in", "Authentication required");
  return user;
}
