import type { Context } from "../../context";
import { InvalidInputError } from "../../errors";
import { verifyPassword } from "../password-hash";
import { refuseApiToken } from "../refuse-api-token";
import { countOwnPasswordCheck } from "../sign-in-throttle";
import { findUser } from "../user-queries";

/**
 * Asks for the actor's present password before they change their own mail address or password: an open screen alone mustn't be enough to take a user over.
 * Gives the hash that was checked, for `refuseIfPasswordChanged`; null when nothing had to be.
 * @throws InvalidInputError `current_password_wrong`; ForbiddenError `session_needed`; TooManyRequestsError `too_many_sign_ins`
 */
export async function checkCurrentPassword(
  ctx: Context,
  userId: number,
  patch: { email?: string; newPassword?: string; currentPassword?: string },
): Promise<string | null> {
  const user = await findUser(ctx.db, userId);
  const newEmail = patch.email !== undefined && patch.email.trim().toLowerCase() !== user?.email;
  if (!user || (!newEmail && patch.newPassword === undefined)) return null;
  refuseApiToken(ctx);
  if (user.passwordHash === null) throw wrong("you have no password here; ask another admin to change this");
  if (patch.currentPassword === undefined) throw wrong("give your present password to change your own mail address or password");
  await countOwnPasswordCheck({ userId, email: user.email });
  if (!(await verifyPassword(user.passwordHash, patch.currentPassword))) throw wrong("isn't your present password");
  return user.passwordHash;
}

function wrong(reason: string): InvalidInputError {
  return new InvalidInputError("current_password_wrong", "Your present password is needed.", { fields: [{ field: "password", reason }] });
}
