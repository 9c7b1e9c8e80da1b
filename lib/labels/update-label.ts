import { recordActivity } from "../activities/record-activity";
import { authorize, authorizeFound, authorizeList } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { ConflictError } from "../errors";
import { removeOrphanMemberships, requestOrphanRemoval } from "../teams/request-orphan-removal";
import { changeMembers, resolveMembers, type MemberList } from "./change-members";
import { invalidLabel, readLabelName, readLabelText } from "./label-fields";
import type { LabelWithCount } from "./label";
import { findLabelRow, labelNotFound, listPoliciesUsingLabel, lockLabelRow, updateLabelRow } from "./label-queries";

/** What may change; absent keeps. Query, platform and team are fixed for a label's life. `hosts` and `hostIds` replace a manual label's hosts. */
export interface LabelPatch extends MemberList {
  name?: string;
  description?: string;
  /** A dynamic label that isn't enabled is never asked and holds no hosts; those it had are let go in the background. */
  enabled?: boolean;
}

/**
 * Changes a label.
 * @throws InvalidInputError `label_invalid`; ConflictError `label_name_taken`, `label_in_use`; NotFoundError `label_not_found`; ForbiddenError `permission_denied`
 */
export async function updateLabel(ctx: Context, labelId: number, patch: LabelPatch): Promise<LabelWithCount> {
  authorize(ctx, "label:write");
  return inTransaction(ctx, async (tx) => {
    const teamIds = authorizeList(tx, "label:read");
    const rights = { permission: "label:write", see: "label:read" } as const;
    const before = authorizeFound(tx, await lockLabelRow(tx.sql, teamIds, labelId), rights, () => labelNotFound(labelId));
    if (before.labelType === "builtin") throw invalidLabel("name", `"${before.name}" is built in and can't be changed.`);
    const manual = before.membershipType === "manual";
    const namesHosts = patch.hosts !== undefined || patch.hostIds !== undefined;
    if (namesHosts && !manual) throw invalidLabel("hosts", "This label finds its hosts by its query. Only a manual label takes hosts.");
    if (manual && patch.enabled === false) throw invalidLabel("enabled", "A manual label is never asked, so it can't be switched off.");

    const name = patch.name === undefined ? undefined : readLabelName(patch.name);
    const description = patch.description === undefined ? undefined : readLabelText("description", patch.description);
    await updateLabelRow(tx.db, labelId, { name, description, enabled: patch.enabled, updatedAt: tx.now() });
    if (patch.enabled === false && before.enabled) {
      const [policy] = await listPoliciesUsingLabel(tx.sql, null, labelId);
      if (policy) throw inUse(before.name, policy.name);
      await requestOrphanRemoval(tx, removeOrphanMemberships);
    }
    const moved = namesHosts ? await changeMembers(tx, labelId, { exactly: await resolveMembers(tx, patch) }) : 0;
    const after = { ...before, ...(await findLabelRow(tx.sql, teamIds, labelId)) };
    const changed = (["name", "description", "enabled"] as const).filter((key) => after[key] !== before[key]);
    if (changed.length > 0 || moved > 0) {
      await recordActivity(tx, {
        type: "edited_label",
        teamId: before.teamId,
        details: { label_id: labelId, label_name: after.name, changed: [...changed, ...(moved > 0 ? ["hosts"] : [])] },
      });
    }
    return after;
  });
}

/** A label that narrows a policy can't go away under it. */
export function inUse(labelName: string, policyName: string): ConflictError {
  const reason = `The policy "${policyName}" uses the label "${labelName}". Take it off that policy first.`;
  return new ConflictError("label_in_use", reason, { fields: [{ field: "label", reason }] });
}
