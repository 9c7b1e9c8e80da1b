import { recordActivity } from "../activities/record-activity";
import { authorize, authorizeFound, authorizeList, isAllowed } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { removeOrphanMemberships, requestOrphanRemoval } from "../teams/request-orphan-removal";
import type { LabelWithCount } from "./label";
import { invalidLabel } from "./label-fields";
import { deleteLabelRow, labelNotFound, listLabelRowsByName, listPoliciesUsingLabel, lockLabelRow } from "./label-queries";
import { inUse } from "./update-label";

/**
 * Deletes a label, by id or by its exact name; its memberships are removed in the background. A built-in one, or one that narrows a policy, stays.
 * @throws NotFoundError `label_not_found`; InvalidInputError `label_invalid`; ConflictError `label_in_use`; ForbiddenError `permission_denied`
 */
export async function deleteLabel(ctx: Context, label: number | string): Promise<void> {
  authorize(ctx, "label:write");
  await inTransaction(ctx, async (tx) => {
    const teamIds = authorizeList(tx, "label:read");
    const labelId = typeof label === "number" ? label : (await findByName(tx, teamIds, label))?.id;
    const found = labelId === undefined ? null : await lockLabelRow(tx.sql, teamIds, labelId);
    const row = authorizeFound(tx, found, { permission: "label:write", see: "label:read" }, () => labelNotFound(label));
    if (row.labelType === "builtin") throw invalidLabel("name", `"${row.name}" is built in and can't be deleted.`);
    const [policy] = await listPoliciesUsingLabel(tx.sql, null, row.id);
    if (policy) throw inUse(row.name, policy.name);
    await deleteLabelRow(tx.db, row.id);
    await requestOrphanRemoval(tx, removeOrphanMemberships);
    await recordActivity(tx, { type: "deleted_label", teamId: row.teamId, details: { label_id: row.id, label_name: row.name } });
  });
}

// A team may have a label of the same name as one for all teams; the one that the caller may delete is meant.
async function findByName(tx: Context, teamIds: number[] | null, name: string): Promise<LabelWithCount | undefined> {
  const labels = await listLabelRowsByName(tx.sql, teamIds, name);
  return labels.find(({ teamId }) => isAllowed(tx, "label:write", { teamId })) ?? labels[0];
}
