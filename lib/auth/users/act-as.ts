import type { Context } from "../../context";
import { userActor } from "../user-actor";
import { userNotFound } from "./user-reach";
import type { User } from "./user";
import { findUserWithRoles } from "./users-queries";

/**
 * The user who has just proved who they are, and a context in which they act: for the answer to a sign-in.
 * @throws NotFoundError `user_not_found` when they were deleted meanwhile
 */
export async function actAs(ctx: Context, userId: number): Promise<{ ctx: Context; user: User }> {
  const user = await findUserWithRoles(ctx.db, userId);
  if (!user) throw userNotFound();
  const address = ctx.actor.kind === "nobody" ? (ctx.actor.address ?? "") : "";
  return { ctx: { ...ctx, actor: userActor(user, address) }, user };
}
