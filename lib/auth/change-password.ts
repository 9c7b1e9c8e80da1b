import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { ConflictError, InvalidInputError, UnauthenticatedError } from "../errors";
import { hashPassword, verifyPassword } from "./password-hash";
import { refuseApiToken } from "./refuse-api-token";
import { refuseIfPasswordChanged } from "./refuse-if-password-changed";
import { endUserSessions } from "./sessions/end-user-sessions";
import { lockUserRow } from "./sign-in-queries";
import { countOwnPasswordCheck } from "./sign-in-throttle";
import { findUser, updatePasswordHash } from "./user-queries";
import { deletePasswordResets } from "./users/users-queries";

/**
 * Gives the actor a new password; their other sessions and every link to a new password end with it. Says how many sessions ended.
 * @throws InvalidInputError `old_password_wrong`; ConflictError `sso_user_has_no_password`, `user_changed_meanwhile`; TooManyRequestsError `too_many_sign_ins`
 * @throws ForbiddenError `session_needed`, `permission_denied`; UnauthenticatedError `not_signed_in`
 */
export async function changePassword(ctx: Context, change: { oldPassword: string; newPassword: string }): Promise<number> {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new UnauthenticatedError("not_signed_in", "Authentication required");
  authorize(ctx, "profile:write");
  refuseApiToken(ctx);
  await countOwnPasswordCheck(actor);
  const user = await findUser(ctx.db, actor.userId);
  if (user?.ssoEnabled) throw new ConflictError("sso_user_has_no_password", "You sign in with your organisation, not with a password. Change it there.");
  if (!user || !(await verifyPassword(user.passwordHash, change.oldPassword))) {
    throw new InvalidInputError("old_password_wrong", "The old password isn't right.", {
      fields: [{ field: "old_password", reason: "isn't the present password" }],
    });
  }
  const passwordHash = await hashPassword(change.newPassword);
  return inTransaction(ctx, async (tx) => {
    await lockUserRow(tx.db, user.id);
    await refuseIfPasswordChanged(tx, user.id, user.passwordHash);
    await updatePasswordHash(tx.db, user.id, passwordHash);
    await deletePasswordResets(tx.db, user.id);
    const ended = await endUserSessions(tx, user.id, { exceptSessionId: actor.sessionId });
    await recordActivity(tx, { type: "changed_password" });
    return ended;
  });
}
