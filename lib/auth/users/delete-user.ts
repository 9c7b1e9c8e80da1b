import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError } from "../../errors";
import { guardLastAdmin } from "./guard-last-admin";
import { authorizeWhole, isSelf, seenUser, userNotFound } from "./user-reach";
import { deleteUserRow, lockUserRow } from "./users-queries";
import { userDetails } from "./write-roles";

/**
 * Deletes a user. Their sessions and tokens stop at once; what they did stays in the activities.
 * @throws ConflictError `last_global_admin`, `last_password_admin`, `own_user`; NotFoundError `user_not_found`; ForbiddenError; UnauthenticatedError
 */
export async function deleteUser(ctx: Context, userId: number): Promise<void> {
  authorize(ctx, "user:write");
  await inTransaction(ctx, async (tx) => {
    const user = await lockUserRow(tx.db, tx.sql, userId);
    seenUser(tx, user, "user:write");
    if (!user) throw userNotFound();
    authorizeWhole(tx, user);
    await guardLastAdmin(tx, userId, null);
    if (isSelf(tx, userId)) throw new ConflictError("own_user", "You can't delete your own user. Ask another admin to do it.");
    await deleteUserRow(tx.db, userId);
    await recordActivity(tx, { type: "deleted_user", details: userDetails(user) });
  });
}
