import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError, InvalidInputError, UnauthenticatedError } from "../../errors";
import { hashPassword, verifyPassword } from "../password-hash";
import { refuseApiToken } from "../refuse-api-token";
import { endUserSessions } from "../sessions/end-user-sessions";
import { lockUserRow } from "../sign-in-queries";
import { countOwnPasswordCheck } from "../sign-in-throttle";
import { findUser } from "../user-queries";
import { readPassword } from "../users/read-user-fields";
import { deletePasswordResets } from "../users/users-queries";
import { updateOwnPassword } from "./reset-queries";

/**
 * Gives the actor, whom an admin asked for it, a new password other than the present one. Their other sessions and links end.
 * @throws ConflictError `password_reset_not_required`; InvalidInputError `user_invalid`, `password_unchanged`; TooManyRequestsError `too_many_sign_ins`
 * @throws ForbiddenError `session_needed`; UnauthenticatedError `not_signed_in`
 */
export async function performRequiredReset(ctx: Context, newPassword: string): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new UnauthenticatedError("not_signed_in", "Authentication required");
  refuseApiToken(ctx);
  readPassword("new_password", newPassword);
  // The comparison with the present password must not become a way to guess it.
  await countOwnPasswordCheck(actor);
  const user = await findUser(ctx.db, actor.userId);
  if (!user?.mustResetPassword) throw notRequired();
  if (await verifyPassword(user.passwordHash, newPassword)) {
    throw new InvalidInputError("password_unchanged", "The new password is the present one. Choose another.", {
      fields: [{ field: "new_password", reason: "is your present password; choose another" }],
    });
  }
  const passwordHash = await hashPassword(newPassword);
  await inTransaction(ctx, async (tx) => {
    const now = await lockUserRow(tx.db, user.id);
    if (!now?.mustResetPassword || now.ssoEnabled) throw notRequired();
    await updateOwnPassword(tx.db, user.id, passwordHash, tx.now());
    await deletePasswordResets(tx.db, user.id);
    await endUserSessions(tx, user.id, { exceptSessionId: actor.sessionId });
    await recordActivity(tx, { type: "changed_password" });
  });
}

function notRequired(): ConflictError {
  return new ConflictError("password_reset_not_required", "Nobody asked you for a new password. Change it on your account page, with the present one.");
}
