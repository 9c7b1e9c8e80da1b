import { changesBetween } from "../../activities/changes-between";
import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { ConflictError, InvalidInputError } from "../../errors";
import { endUserSessions } from "../sessions/end-user-sessions";
import { deleteTokenRows } from "../tokens/token-queries";
import { guardLastAdmin } from "./guard-last-admin";
import { readEmail, readName } from "./read-user-fields";
import type { User } from "./user";
import { isSelf } from "./user-reach";
import { deleteIdentities, deletePasswordResets, updateUserRow } from "./users-queries";
import { userDetails } from "./write-roles";

/**
 * What may change of a person beside their roles; absent keeps. `newPassword` that an admin gave has to be changed at the next sign-in, unless
 * `mustResetPassword` is false. `ssoEnabled`: true forgets the password, false needs a new one and forgets who the user is in Entra;
 * both revoke the user's API tokens.
 */
export interface PersonPatch {
  name?: string;
  email?: string;
  ssoEnabled?: boolean;
  newPassword?: string;
  mustResetPassword?: boolean;
  disabled?: boolean;
  /** The person's own wishes for the pages. */
  settings?: { hidden_host_columns?: string[] };
}

/**
 * Writes a change of a person, ends what it ends, and records it; gives the user as they now are. For verbs, in their transaction, after their permission
 * check, with the user's row locked.
 * @throws InvalidInputError `user_invalid`; ConflictError `user_email_taken`, `last_global_admin`, `last_password_admin`, `own_user`
 */
export async function writePerson(tx: Context, user: User, patch: PersonPatch, passwordHash: string | undefined): Promise<User> {
  const own = isSelf(tx, user.id);
  checkWayIn(user, patch);
  const after = personAfter(user, patch, { own, hasPassword: passwordHash !== undefined || user.hasPassword });
  const switched = after.ssoEnabled !== user.ssoEnabled;
  const disabling = patch.disabled !== undefined && patch.disabled !== (user.disabledAt !== null);
  if (switched || disabling) await guardLastAdmin(tx, user.id, { ...after, disabled: disabling ? patch.disabled === true : user.disabledAt !== null });
  if (disabling && own) throw new ConflictError("own_user", "You can't disable your own user. Ask another admin to do it.");
  const disabledAt = disabling ? (patch.disabled ? tx.now() : null) : user.disabledAt;
  await updateUserRow(tx.db, user.id, {
    name: after.name,
    email: after.email,
    ssoEnabled: after.ssoEnabled,
    mustResetPassword: after.mustResetPassword,
    disabledAt,
    ...(after.ssoEnabled ? { passwordHash: null } : passwordHash !== undefined && { passwordHash }),
    ...(patch.settings && { settings: { ...asObject(user.settings), ...patch.settings } }),
    updatedAt: tx.now(),
  });
  const newPassword = passwordHash !== undefined;
  const forced = after.mustResetPassword && !user.mustResetPassword;
  if (newPassword || switched || disabling || forced) {
    await endUserSessions(tx, user.id, { exceptSessionId: own && newPassword && !switched ? sessionOf(tx) : undefined });
  }
  if (newPassword || switched || disabling || after.email !== user.email) await deletePasswordResets(tx.db, user.id);
  // Their tokens were made by whoever signed in the other way, who needn't be the person that a directory, or a new password, lets in from now on.
  if (switched) await deleteTokenRows(tx.db, user.id);
  if (switched && !after.ssoEnabled) await deleteIdentities(tx.db, user.id);
  await record(tx, user, after, { newPassword, own, disabled: disabling ? patch.disabled : undefined });
  return { ...after, disabledAt };
}

function checkWayIn(user: User, patch: PersonPatch): void {
  const sso = patch.ssoEnabled ?? user.ssoEnabled;
  if (sso && user.apiOnly) throw invalid("sso_enabled", "an API-only user doesn't sign in; leave it off");
  if (sso && patch.newPassword !== undefined) throw invalid("new_password", "leave it out: who signs in by single sign-on has no password here");
  if (sso && patch.mustResetPassword) throw invalid("admin_forced_password_reset", "who signs in by single sign-on has no password to change");
  if (patch.mustResetPassword && user.apiOnly) throw invalid("admin_forced_password_reset", "an API-only user can't choose a password at a page");
  if (user.ssoEnabled && !sso && patch.newPassword === undefined) {
    throw invalid("new_password", "choose one: without single sign-on the user needs a password");
  }
}

function personAfter(user: User, patch: PersonPatch, { own, hasPassword }: { own: boolean; hasPassword: boolean }): User {
  const ssoEnabled = patch.ssoEnabled ?? user.ssoEnabled;
  const asked = patch.mustResetPassword ?? (patch.newPassword === undefined ? user.mustResetPassword : !user.apiOnly);
  return {
    ...user,
    name: patch.name === undefined ? user.name : readName(patch.name),
    email: patch.email === undefined ? user.email : readEmail(patch.email),
    ssoEnabled,
    hasPassword: !ssoEnabled && hasPassword,
    // Who chose their own password needn't choose another.
    mustResetPassword: !ssoEnabled && asked && !(own && patch.newPassword !== undefined),
  };
}

async function record(tx: Context, before: User, after: User, did: { newPassword: boolean; own: boolean; disabled?: boolean }): Promise<void> {
  const who = userDetails(after);
  const changed = changesBetween(told(before), told(after));
  // A new password says by itself whether it has to be changed.
  if (did.newPassword || after.ssoEnabled) delete changed.force_password_reset;
  if (Object.keys(changed).length > 0) await recordActivity(tx, { type: "edited_user", details: { ...who, changed } });
  if (did.newPassword && did.own) await recordActivity(tx, { type: "changed_password" });
  if (did.newPassword && !did.own) {
    await recordActivity(tx, { type: "changed_user_password", details: { ...who, force_password_reset: after.mustResetPassword } });
  }
  if (did.disabled === true) await recordActivity(tx, { type: "disabled_user", details: who });
  if (did.disabled === false) await recordActivity(tx, { type: "enabled_user", details: who });
}

function told({ name, email, ssoEnabled, mustResetPassword }: User) {
  return { name, email, sso_enabled: ssoEnabled, force_password_reset: mustResetPassword };
}

function sessionOf(tx: Context): string | undefined {
  return tx.actor.kind === "user" && tx.actor.sessionId ? tx.actor.sessionId : undefined;
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("user_invalid", "Nothing was changed: some values can't be taken.", { fields: [{ field, reason }] });
}
