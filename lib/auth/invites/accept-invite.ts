import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError } from "../../errors";
import { countAttempt } from "../../http/count-attempt";
import { hashToken } from "../../secret-box";
import { userActor } from "../user-actor";
import { createUser } from "../users/create-user";
import { readName, readPassword } from "../users/read-user-fields";
import type { User } from "../users/user";
import { openInvite } from "./find-invite";
import type { Invite } from "./invite";
import { deleteInviteRow, findInviteRowByToken, lockInviteRowByToken } from "./invite-queries";

/** How somebody takes an invite up. `email`, when given, must be the invited one; a password belongs to invites that aren't for single sign-on. */
export interface Acceptance {
  token: string;
  name: string;
  email?: string;
  password?: string;
}

/**
 * Makes the invited user, with the roles of the invite as far as their teams still exist. The link counts once, for whoever comes first.
 * @throws NotFoundError `invite_not_found`; InvalidInputError `user_invalid`, `invite_for_another`; ConflictError `user_email_taken`; TooManyRequestsError
 */
export async function acceptInvite(ctx: Context, given: Acceptance): Promise<User> {
  const address = (ctx.actor.kind === "nobody" && ctx.actor.address) || "unknown";
  await countAttempt("invite", address);
  const tokenHash = hashToken(given.token);
  // Hashing a password costs; a stranger without a link mustn't make us do it.
  check(openInvite(await findInviteRowByToken(ctx.db, tokenHash, ctx.now())), given);
  return inTransaction({ ...ctx, actor: { kind: "server" } }, async (tx) => {
    const invite = openInvite(await lockInviteRowByToken(tx.db, tokenHash, tx.now()));
    check(invite, given);
    const roles = invite.globalRole === "none" ? { teamRoles: invite.teamRoles } : { globalRole: invite.globalRole };
    const user = await createUser(tx, {
      name: readName(given.name),
      email: invite.email,
      ...roles,
      ssoEnabled: invite.ssoEnabled,
      ...(!invite.ssoEnabled && { password: given.password, mustResetPassword: false }),
    });
    await deleteInviteRow(tx.db, invite.id);
    const details = { invite_id: invite.id, invited_by: invite.invitedByName, invited_by_id: invite.invitedById, sso_enabled: invite.ssoEnabled };
    await recordActivity({ ...tx, actor: userActor({ ...user, globalRole: "none", teamRoles: [] }, address) }, { type: "accepted_invite", details });
    return user;
  });
}

function check(invite: Invite, { email, password }: Acceptance): void {
  if (email !== undefined && email.trim().toLowerCase() !== invite.email) {
    throw new InvalidInputError("invite_for_another", "This invite is for another mail address.", {
      fields: [{ field: "email", reason: "isn't the address that was invited" }],
    });
  }
  if (!invite.ssoEnabled) return void readPassword("password", password ?? "");
  if (password) {
    throw new InvalidInputError("user_invalid", "This invite is for single sign-on.", {
      fields: [{ field: "password", reason: "leave it out: you sign in by single sign-on" }],
    });
  }
}
