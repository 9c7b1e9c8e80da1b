import type { Context } from "../context";
import type { UserRow } from "./user-queries";

/** What an activity says about whose token or session it is. `own`: they did it themselves. */
export function ownerDetails(ctx: Context, user: Pick<UserRow, "id" | "name" | "email">): Record<string, unknown> {
  return { user_id: user.id, user_name: user.name, user_email: user.email, own: ctx.actor.kind === "user" && ctx.actor.userId === user.id };
}
