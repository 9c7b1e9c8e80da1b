import { changesBetween } from "../../activities/changes-between";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { chooseRoles } from "../users/choose-roles";
import { readEmail, readName } from "../users/read-user-fields";
import { refuseUsers, requireRole, type NewInvite } from "./create-invite";
import { found, getInvite } from "./get-invite";
import type { Invite } from "./invite";
import { newInviteLink } from "./invite-link";
import { lockInviteRow, updateInviteRow } from "./invite-queries";
import { inviteFacts, writeDownInvite } from "./write-down-invite";

/**
 * Changes an invite; absent keeps. Another mail address sends nothing by itself, and the link that went to the old one stops working: send it again.
 * @throws NotFoundError `invite_not_found`; InvalidInputError `user_invalid`, `roles_invalid`; ConflictError `user_email_taken`, `invite_exists`; ForbiddenError
 */
export async function updateInvite(ctx: Context, id: number, patch: Partial<NewInvite>): Promise<Invite> {
  authorize(ctx, "invite:write");
  return inTransaction(ctx, async (tx) => {
    const before = found(await lockInviteRow(tx.db, id, tx.now()));
    const name = patch.name === undefined ? before.name : readName(patch.name);
    const email = patch.email === undefined ? before.email : readEmail(patch.email);
    if (email !== before.email) await refuseUsers(tx, email);
    const roles = requireRole(await chooseRoles(tx, patch, before));
    const ssoEnabled = patch.ssoEnabled ?? before.ssoEnabled;
    const link = email === before.email ? {} : { tokenHash: newInviteLink(tx.now()).tokenHash };
    await updateInviteRow(tx.db, id, { name, email, ssoEnabled, globalRole: roles.globalRole, updatedAt: tx.now(), ...link }, roles.teamRoles);
    const after = await getInvite(tx, id);
    const changed = changesBetween(inviteFacts(before), inviteFacts(after));
    if (Object.keys(changed).length > 0) await writeDownInvite(tx, "edited_invite", after, { changed });
    return after;
  });
}
