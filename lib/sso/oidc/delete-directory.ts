import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { countPeopleOfTenant, deleteDirectoryRow, getDirectoryRow } from "./directory-queries";

/**
 * Removes a directory with its secret and its rules. The users stay, and are known again when the tenant is added again. Needs `security_settings:write`.
 * @throws NotFoundError `directory_not_found`
 */
export function deleteDirectory(ctx: Context, directoryId: number): Promise<void> {
  return inTransaction(ctx, async (tx) => {
    const row = await getDirectoryRow(tx.db, directoryId, true);
    authorize(tx, "security_settings:write");
    const people = await countPeopleOfTenant(tx.db, row.tenantId);
    await deleteDirectoryRow(tx.db, directoryId);
    await recordActivity(tx, {
      type: "deleted_sso_directory",
      details: { directory_id: row.id, directory_name: row.name, tenant_id: row.tenantId, people, was_enabled: row.enabledAt !== null },
    });
  });
}
