import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import type { Directory } from "./directory";
import { getDirectoryRow, updateDirectoryRow } from "./directory-queries";
import { withoutSecret } from "./without-secret";

/**
 * Stops sign-ins through a directory, those under way too. Sessions that exist go on until they end. Needs `security_settings:write`.
 * @throws NotFoundError `directory_not_found`
 */
export function disableDirectory(ctx: Context, directoryId: number): Promise<Directory> {
  return inTransaction(ctx, async (tx) => {
    const before = await getDirectoryRow(tx.db, directoryId, true);
    authorize(tx, "security_settings:write");
    if (!before.enabledAt) return withoutSecret(before);
    const after = await updateDirectoryRow(tx.db, directoryId, { enabledAt: null });
    await recordActivity(tx, {
      type: "disabled_sso_directory",
      details: { directory_id: after.id, directory_name: after.name, changed: { enabled: { from: true, to: false } } },
    });
    return withoutSecret(after);
  });
}
