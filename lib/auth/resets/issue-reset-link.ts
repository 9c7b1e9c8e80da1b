import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError, ForbiddenError, NotFoundError } from "../../errors";
import { findUserByEmail } from "../user-queries";
import { makeResetLink, resetAddress } from "./make-reset-link";
import { resetObstacle } from "./may-reset";

/**
 * Makes a one-time link to a new password for the operator at the console. It changes nothing else: no role, no state, no user.
 * @throws ForbiddenError `console_only`; NotFoundError `user_not_found`; ConflictError `reset_not_possible`
 */
export async function issueResetLink(ctx: Context, givenEmail: string): Promise<{ name: string; email: string; url: string; expiresAt: Date }> {
  if (ctx.actor.kind !== "server") throw new ForbiddenError("console_only", "Only the operator of this server can do this, at its console.");
  const email = givenEmail.trim().toLowerCase();
  const user = await findUserByEmail(ctx.db, email);
  if (!user) throw new NotFoundError("user_not_found", `Nobody here has the mail address ${email}. Check its spelling.`);
  const obstacle = resetObstacle(user);
  if (obstacle) throw new ConflictError("reset_not_possible", `${email} ${obstacle}, so a new password would be of no use. Nothing was changed.`);
  return inTransaction(ctx, async (tx) => {
    const { token, expiresAt } = await makeResetLink(tx, user.id, "console");
    await recordActivity(tx, { type: "issued_reset_link", details: { user_id: user.id, user_email: user.email } });
    return { name: user.name, email, url: await resetAddress(tx, token), expiresAt };
  });
}
