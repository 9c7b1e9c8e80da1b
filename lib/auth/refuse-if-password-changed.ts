import type { Context } from "../context";
import { ConflictError } from "../errors";
import { findUser } from "./user-queries";

/**
 * Stops a change that somebody proved their right to with a password which isn't theirs any more: between the check and this transaction an admin
 * gave another one, switched them to single sign-on, or disabled them. The user's row is locked.
 * @throws ConflictError `user_changed_meanwhile`
 */
export async function refuseIfPasswordChanged(tx: Context, userId: number, checkedHash: string | null): Promise<void> {
  const now = await findUser(tx.db, userId);
  if (now && now.passwordHash === checkedHash && !now.ssoEnabled && !now.disabledAt) return;
  throw new ConflictError("user_changed_meanwhile", "Your account was changed at the same time. Sign in again, then repeat this.");
}
