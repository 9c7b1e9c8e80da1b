import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError, UnauthenticatedError } from "../errors";
import { hashPassword, verifyPassword } from "./password-hash";
import { refuseApiToken } from "./refuse-api-token";
import { endUserSessions } from "./sessions/end-user-sessions";
import { countSignInAttempt } from "./sign-in-throttle";
import { findUser, updatePasswordHash } from "./user-queries";

/**
 * Gives the actor a new password and ends their other sessions.
 * @throws InvalidInputError `old_password_wrong`; TooManyRequestsError `too_many_sign_ins`; UnauthenticatedError `not_signed_in`
 */
export async function changePassword(ctx: Context, change: { oldPassword: string; newPassword: string }): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new UnauthenticatedError("not_signed_in", "Authentication required");
  refuseApiToken(ctx);
  await countSignInAttempt(actor.email, `user ${actor.userId}`);
  const user = await findUser(ctx.db, actor.userId);
  if (!user || !(await verifyPassword(user.passwordHash, change.oldPassword))) {
    throw new InvalidInputError("old_password_wrong", "The old password isn't right.", {
      fields: [{ field: "old_password", reason: "isn't the present password" }],
    });
  }
  const passwordHash = await hashPassword(change.newPassword);
  await inTransaction(ctx, async (tx) => {
    await updatePasswordHash(tx.db, user.id, passwordHash);
    await endUserSessions(tx, user.id, { exceptSessionId: actor.sessionId });
    await recordActivity(tx, { type: "changed_password" });
  });
}
