import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError, type FieldProblem } from "../../errors";
import type { RouteKey } from "../access/access-table";
import { hashPassword } from "../password-hash";
import { NewPassword } from "../password-rules";
import { chooseRoles, type RolesGiven } from "./choose-roles";
import { getUser } from "./get-user";
import { readEmail, readName } from "./read-user-fields";
import type { User } from "./user";
import { insertUserRow, replaceTeamRoles } from "./users-queries";
import { recordRoles, userDetails } from "./write-roles";

/**
 * A user to make: with a password (which they change at the first sign-in, unless `mustResetPassword` is false), by single sign-on (no password), or for
 * the API alone (`apiRoutes`: the only routes they may call, null for all that the role allows).
 */
export interface NewUser extends RolesGiven {
  name: string;
  email: string;
  password?: string | null;
  ssoEnabled?: boolean;
  apiOnly?: boolean;
  apiRoutes?: readonly RouteKey[] | null;
  mustResetPassword?: boolean;
}

/**
 * Makes a user. Admins of teams make users who hold roles on their teams only.
 * @throws InvalidInputError `user_invalid`, `roles_invalid`; ConflictError `user_email_taken`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function createUser(ctx: Context, given: NewUser): Promise<User> {
  authorize(ctx, "user:write");
  const name = readName(given.name);
  const email = readEmail(given.email);
  checkWayIn(given);
  const passwordHash = given.password ? await hashPassword(given.password) : null;
  return inTransaction(ctx, async (tx) => {
    const roles = await chooseRoles(tx, given, null);
    // Nobody but a global admin may see or mend a user without a role.
    if (roles.globalRole === "none" && roles.teamRoles.length === 0) authorize(tx, "user:write", { teamId: null });
    const apiOnly = given.apiOnly ?? false;
    const userId = await insertUserRow(tx.db, {
      name,
      email,
      passwordHash,
      apiOnly,
      apiRoutes: given.apiRoutes ? [...given.apiRoutes] : null,
      ssoEnabled: given.ssoEnabled ?? false,
      mustResetPassword: passwordHash !== null && !apiOnly && (given.mustResetPassword ?? true),
      globalRole: roles.globalRole,
      createdAt: tx.now(),
    });
    await replaceTeamRoles(tx.db, userId, roles.teamRoles);
    const kind = apiOnly ? "api_only" : given.ssoEnabled ? "sso" : "password";
    await recordActivity(tx, { type: "created_user", details: { ...userDetails({ id: userId, name, email }), kind } });
    await recordRoles(tx, { id: userId, name, email, globalRole: "none", teamRoles: [] }, roles);
    return getUser(tx, userId);
  });
}

function checkWayIn({ password, ssoEnabled, apiOnly, globalRole, teamRoles }: NewUser): void {
  const fields: FieldProblem[] = [];
  if (apiOnly && ssoEnabled) fields.push({ field: "sso_enabled", reason: "an API-only user doesn't sign in; leave it off" });
  if (ssoEnabled && password) fields.push({ field: "password", reason: "leave it out: who signs in by single sign-on has no password here" });
  if (!ssoEnabled && !apiOnly && !password) fields.push({ field: "password", reason: "choose one, or let the user sign in by single sign-on" });
  if (password) {
    const parsed = NewPassword.safeParse(password);
    if (!parsed.success) fields.push({ field: "password", reason: parsed.error.issues[0]?.message ?? "expected a password" });
  }
  if (globalRole === undefined && teamRoles === undefined) fields.push({ field: "global_role", reason: "choose a global role, or roles on teams" });
  if (fields.length > 0) throw new InvalidInputError("user_invalid", "The user wasn't added: some values can't be taken.", { fields });
}
