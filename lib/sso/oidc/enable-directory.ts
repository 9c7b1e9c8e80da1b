import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError } from "../../errors";
import { secretProblemOf, trialState, type Directory } from "./directory";
import { getDirectoryRow, updateDirectoryRow } from "./directory-queries";
import { withoutSecret } from "./without-secret";

/**
 * Offers a directory to everyone on the sign-in page. Its present settings must have passed "Try it". Needs `security_settings:write`.
 * @throws NotFoundError `directory_not_found`; ConflictError `directory_untried`
 */
export function enableDirectory(ctx: Context, directoryId: number): Promise<Directory> {
  return inTransaction(ctx, async (tx) => {
    const before = await getDirectoryRow(tx.db, directoryId, true);
    authorize(tx, "security_settings:write");
    if (before.enabledAt) return withoutSecret(before);
    if (trialState(before, tx.now()) !== "passed" || secretProblemOf(before)) {
      throw new ConflictError("directory_untried", "These settings haven't passed a trial yet. Press Try it, sign in, then turn the directory on.");
    }
    const after = await updateDirectoryRow(tx.db, directoryId, { enabledAt: tx.now() });
    await recordActivity(tx, {
      type: "enabled_sso_directory",
      details: { directory_id: after.id, directory_name: after.name, changed: { enabled: { from: false, to: true } } },
    });
    return withoutSecret(after);
  });
}
