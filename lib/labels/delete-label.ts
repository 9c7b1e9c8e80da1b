import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { invalidLabel } from "./label-fields";
import { deleteLabelRow, getLabelRowByName, listPoliciesUsingLabel, lockLabelRow } from "./label-queries";
import { inUse } from "./update-label";

/**
 * Deletes a label, by id or by its exact name. A built-in one, or one that narrows a policy, stays.
 * @throws NotFoundError `label_not_found`; InvalidInputError `label_invalid`; ConflictError `label_in_use`; ForbiddenError `permission_denied`
 */
export async function deleteLabel(ctx: Context, label: number | string): Promise<void> {
  authorize(ctx, "label:write");
  await inTransaction(ctx, async (tx) => {
    const row = await lockLabelRow(tx.sql, typeof label === "number" ? label : (await getLabelRowByName(tx.sql, label)).id);
    authorize(tx, "label:write", { teamId: row.teamId });
    if (row.labelType === "builtin") throw invalidLabel("name", `"${row.name}" is built in and can't be deleted.`);
    const [policy] = await listPoliciesUsingLabel(tx.sql, row.id);
    if (policy) throw inUse(row.name, policy.name);
    await deleteLabelRow(tx.db, row.id);
    await recordActivity(tx, { type: "deleted_label", teamId: row.teamId, details: { label_id: row.id, label_name: row.name } });
  });
}
