import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError } from "../../errors";
import { countAttempt } from "../../http/count-attempt";
import { hashToken } from "../../secret-box";
import { hashPassword } from "../password-hash";
import { endUserSessions } from "../sessions/end-user-sessions";
import { lockUserRow } from "../sign-in-queries";
import { userActor } from "../user-actor";
import { readPassword } from "../users/read-user-fields";
import { deletePasswordResets } from "../users/users-queries";
import { resetObstacle } from "./may-reset";
import { resetStands, takeReset, updateOwnPassword } from "./reset-queries";

/**
 * Gives the owner of a one-time link a new password and ends all their sessions and other links. The link counts once, for whoever comes first; a password
 * that can't be taken leaves it standing.
 * @throws InvalidInputError `user_invalid` (the password), `reset_link_invalid`; TooManyRequestsError `too_many_attempts`
 */
export async function resetPassword(ctx: Context, { token, newPassword }: { token: string; newPassword: string }): Promise<void> {
  const address = (ctx.actor.kind === "nobody" && ctx.actor.address) || "unknown";
  await countAttempt("reset_password", address);
  const tokenHash = hashToken(token);
  readPassword("new_password", newPassword);
  // Hashing costs; a stranger without a link mustn't make us do it.
  if (!(await resetStands(ctx.db, tokenHash, ctx.now()))) throw invalidLink();
  const passwordHash = await hashPassword(newPassword);
  await inTransaction(ctx, async (tx) => {
    const taken = await takeReset(tx.db, tokenHash, tx.now());
    const user = taken && (await lockUserRow(tx.db, taken.userId));
    if (!user || resetObstacle(user)) throw invalidLink();
    await updateOwnPassword(tx.db, user.id, passwordHash, tx.now());
    await deletePasswordResets(tx.db, user.id);
    await endUserSessions(tx, user.id);
    await recordActivity({ ...tx, actor: userActor({ ...user, globalRole: "none" }, address) }, { type: "reset_password" });
  });
}

function invalidLink(): InvalidInputError {
  return new InvalidInputError("reset_link_invalid", "This link was used already, or its time is over. Ask for a new one.", {
    fields: [{ field: "password_reset_token", reason: "was used already, or its time is over; ask for a new one" }],
  });
}
