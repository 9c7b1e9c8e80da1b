import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { refuseUsers } from "./create-invite";
import { found, getInvite } from "./get-invite";
import type { Invite } from "./invite";
import { mailInviteLink, newInviteLink, requireMail } from "./invite-link";
import { lockInviteRow, updateInviteRow } from "./invite-queries";
import { writeDownInvite } from "./write-down-invite";

/**
 * Sends an invite again, with a new link for another seven days, in the actor's name; the old link stops working.
 * @throws NotFoundError `invite_not_found`; InvalidInputError `mail_off`; ConflictError `user_email_taken`; ForbiddenError `permission_denied`
 */
export async function resendInvite(ctx: Context, id: number): Promise<Invite> {
  authorize(ctx, "invite:write");
  await requireMail(ctx);
  return inTransaction(ctx, async (tx) => {
    const before = found(await lockInviteRow(tx.db, id, tx.now()));
    await refuseUsers(tx, before.email);
    const { token, tokenHash, expiresAt } = newInviteLink(tx.now());
    const invitedById = tx.actor.kind === "user" ? tx.actor.userId : before.invitedById;
    await updateInviteRow(tx.db, id, { tokenHash, expiresAt, invitedById, updatedAt: tx.now() });
    await mailInviteLink(tx, id, token);
    const invite = await getInvite(tx, id);
    await writeDownInvite(tx, "resent_invite", invite);
    return invite;
  });
}
