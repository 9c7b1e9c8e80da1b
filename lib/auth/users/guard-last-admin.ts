import type { Context, Role } from "../../context";
import { ConflictError } from "../../errors";
import { listAdminFacts, lockAdminChanges } from "./users-queries";

/** What decides whether a user is an admin who can sign in. `hasPassword`: a password's hash is stored. */
export interface AdminFacts {
  globalRole: Role;
  apiOnly: boolean;
  ssoEnabled: boolean;
  hasPassword: boolean;
  disabled: boolean;
}

/**
 * Keeps the last global admin who can sign in, and the last who can with a password when Microsoft can't be reached. Call it in the transaction of
 * the change, after taking the user's own row lock and before writing. Changes to admins pass one by one until their transaction ends, so two admins
 * can't remove each other at once. A lock on all admins' rows would do that too, but two changes that each hold one row could then wait for each other for ever.
 * @param after what the user will be; null: they are deleted
 * @throws ConflictError `last_global_admin`, `last_password_admin`
 */
export async function guardLastAdmin(tx: Context, userId: number, after: AdminFacts | null): Promise<void> {
  if (!tx.transaction) throw new Error("guardLastAdmin must run in the transaction of the change it guards.");
  await lockAdminChanges(tx.sql);
  const admins = await listAdminFacts(tx.sql);
  const before = admins.find(({ id }) => id === userId);
  if (!before) return;
  const remaining: AdminFacts[] = [...admins.filter(({ id }) => id !== userId), ...(after ? [after] : [])];
  if (canSignIn(before) && !remaining.some(canSignIn)) {
    throw new ConflictError("last_global_admin", "This is the last global admin who can sign in. Make somebody else a global admin first.");
  }
  if (hasWayWithoutSso(before) && !remaining.some(hasWayWithoutSso)) {
    throw new ConflictError(
      "last_password_admin",
      "This is the last global admin who signs in with a password, the way in when single sign-on fails. Give another global admin a password first.",
    );
  }
}

/** Whether a user is an enabled global admin who can sign in: by single sign-on or with a password. API-only users never do. */
export function canSignIn(user: AdminFacts): boolean {
  return user.globalRole === "admin" && !user.disabled && !user.apiOnly && (user.ssoEnabled || user.hasPassword);
}

function hasWayWithoutSso(user: AdminFacts): boolean {
  return canSignIn(user) && !user.ssoEnabled;
}
