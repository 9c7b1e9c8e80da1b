import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError, InvalidInputError } from "../../errors";
import { findUserByEmail } from "../user-queries";
import { chooseRoles, type RolesGiven } from "../users/choose-roles";
import { readEmail, readName } from "../users/read-user-fields";
import type { RoleChoice } from "../users/user";
import type { Invite } from "./invite";
import { getInvite } from "./get-invite";
import { mailInviteLink, newInviteLink, requireMail } from "./invite-link";
import { insertInviteRow } from "./invite-queries";
import { writeDownInvite } from "./write-down-invite";

/** Whom to invite, and to which roles. `ssoEnabled`: they sign in by single sign-on and choose no password. */
export interface NewInvite extends RolesGiven {
  name: string;
  email: string;
  ssoEnabled?: boolean;
}

/**
 * Invites somebody by mail. The link in it works once, for seven days.
 * @throws InvalidInputError `mail_off`, `user_invalid`, `roles_invalid`; ConflictError `user_email_taken`, `invite_exists`; ForbiddenError `permission_denied`
 */
export async function createInvite(ctx: Context, given: NewInvite): Promise<Invite> {
  authorize(ctx, "invite:write");
  await requireMail(ctx);
  const name = readName(given.name);
  const email = readEmail(given.email);
  return inTransaction(ctx, async (tx) => {
    const roles = requireRole(await chooseRoles(tx, given, null));
    await refuseUsers(tx, email);
    const now = tx.now();
    const { token, tokenHash, expiresAt } = newInviteLink(now);
    const invitedById = tx.actor.kind === "user" ? tx.actor.userId : null;
    const columns = {
      email,
      name,
      tokenHash,
      ssoEnabled: given.ssoEnabled ?? false,
      globalRole: roles.globalRole,
      invitedById,
      expiresAt,
      createdAt: now,
      updatedAt: now,
    };
    const id = await insertInviteRow(tx.db, columns, roles.teamRoles);
    await mailInviteLink(tx, id, token);
    const invite = await getInvite(tx, id);
    await writeDownInvite(tx, "created_invite", invite);
    return invite;
  });
}

/** @throws ConflictError `user_email_taken` */
export async function refuseUsers(tx: Context, email: string): Promise<void> {
  if (!(await findUserByEmail(tx.db, email))) return;
  throw new ConflictError("user_email_taken", `${email} is a user already. Change their roles instead.`, {
    fields: [{ field: "email", reason: "is a user's address already; change their roles instead" }],
  });
}

/** @throws InvalidInputError `roles_invalid` */
export function requireRole(roles: RoleChoice): RoleChoice {
  if (roles.globalRole !== "none" || roles.teamRoles.length > 0) return roles;
  throw new InvalidInputError("roles_invalid", "These roles can't be given.", {
    fields: [{ field: "global_role", reason: "choose a global role, or roles on teams" }],
  });
}
