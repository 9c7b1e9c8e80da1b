import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { found } from "./get-invite";
import { deleteInviteRow, lockInviteRow } from "./invite-queries";
import { writeDownInvite } from "./write-down-invite";

/**
 * Takes an invite back: its link stops working.
 * @throws NotFoundError `invite_not_found`; ForbiddenError `permission_denied`
 */
export async function deleteInvite(ctx: Context, id: number): Promise<void> {
  authorize(ctx, "invite:write");
  await inTransaction(ctx, async (tx) => {
    const invite = found(await lockInviteRow(tx.db, id, tx.now()));
    await deleteInviteRow(tx.db, id);
    await writeDownInvite(tx, "deleted_invite", invite);
  });
}
