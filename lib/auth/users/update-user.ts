import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ForbiddenError } from "../../errors";
import { hashPassword } from "../password-hash";
import { refuseIfPasswordChanged } from "../refuse-if-password-changed";
import { checkCurrentPassword } from "./check-current-password";
import { chooseRoles, type RolesGiven } from "./choose-roles";
import { readPassword } from "./read-user-fields";
import type { User } from "./user";
import { authorizeWhole, isSelf, seenUser, shownUser, userNotFound } from "./user-reach";
import { findUserWithRoles, lockUserRow } from "./users-queries";
import { writePerson, type PersonPatch } from "./write-person";
import { writeRoles } from "./write-roles";

/** What may change of a user; absent keeps. `currentPassword`: needed for a change of one's own mail address or password. */
export interface UserPatch extends RolesGiven, PersonPatch {
  currentPassword?: string;
}

const ownFields = new Set<string>(["name", "email", "newPassword", "currentPassword", "settings"]);
const roleFields = new Set<string>(["globalRole", "teamRoles"]);

/**
 * Changes a user. People change their own name, mail address, password and settings; global admins everything of everybody; admins of teams the roles on
 * their teams, and everything of those who hold roles on their teams only. A change of roles, password or way to sign in, and disabling, ends the user's sessions.
 * @throws InvalidInputError `user_invalid`, `roles_invalid`, `current_password_wrong`; ConflictError `user_email_taken`, `last_global_admin`, `last_password_admin`, `own_user`, `user_changed_meanwhile`
 * @throws NotFoundError `user_not_found`; ForbiddenError `permission_denied`, `session_needed`; TooManyRequestsError; UnauthenticatedError
 */
export async function updateUser(ctx: Context, userId: number, patch: UserPatch): Promise<User> {
  const own = isSelf(ctx, userId);
  if (own) authorize(ctx, "profile:write");
  if (patch.newPassword !== undefined) readPassword("new_password", patch.newPassword);
  const checkedHash = own ? await checkCurrentPassword(ctx, userId, patch) : null;
  const passwordHash = patch.newPassword === undefined ? undefined : await hashPassword(patch.newPassword);
  return inTransaction(ctx, async (tx) => {
    const user = await lockUserRow(tx.db, tx.sql, userId);
    seenUser(tx, user, "user:write");
    if (!user) throw userNotFound();
    authorizePatch(tx, user, patch);
    if (checkedHash !== null) await refuseIfPasswordChanged(tx, userId, checkedHash);
    const person = await writePerson(tx, user, patch, passwordHash);
    if (patch.globalRole !== undefined || patch.teamRoles !== undefined) await writeRoles(tx, person, await chooseRoles(tx, patch, user));
    const after = await findUserWithRoles(tx.db, userId);
    if (!after) throw userNotFound();
    return shownUser(tx, after);
  });
}

function authorizePatch(tx: Context, user: User, patch: UserPatch): void {
  const own = isSelf(tx, user.id);
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const beyondOwn = given.map(([field]) => field).filter((field) => !own || !ownFields.has(field));
  if (beyondOwn.length > 0) authorize(tx, "user:write");
  if (beyondOwn.some((field) => !roleFields.has(field))) authorizeWhole(tx, user);
  if (patch.settings && !own) throw new ForbiddenError("permission_denied", "What a person set for their pages is their own. Leave settings out.");
}
