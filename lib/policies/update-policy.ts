import { recordActivity } from "../activities/record-activity";
import { authorize, authorizeFound } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { getTeam } from "../teams/get-team";
import { requestReassessment } from "../teams/request-reassessment";
import type { PolicyPlace } from "./get-policy";
import type { Policy, PolicyFields, PolicyLabelNames } from "./policy";
import { namedPolicies, policyActivityDetails } from "./policy-activity";
import { readPolicyFields, readPolicyLabelNames } from "./policy-fields";
import { findPolicyRow, lockPoliciesOfScope, policyNotFound, resolvePolicyLabels, updatePolicyRow } from "./policy-queries";

/** What may change; absent keeps. `labels` given replaces all labels of the policy. */
export type PolicyPatch = Partial<PolicyFields> & { labels?: PolicyLabelNames };

/**
 * Changes a policy. A new query, platform or label set asks a new question: its version moves and older answers stop counting.
 * @throws InvalidInputError `policy_invalid`; ConflictError `policy_name_taken`; NotFoundError `policy_not_found`; ForbiddenError `permission_denied`
 */
export async function updatePolicy(ctx: Context, policyId: number, patch: PolicyPatch, place: PolicyPlace = {}): Promise<Policy> {
  authorize(ctx, "policy:write");
  return inTransaction(ctx, async (tx) => {
    const rights = { permission: "policy:write", see: "policy:read" } as const;
    const { teamId } = authorizeFound(tx, await findPolicyRow(tx.db, policyId), rights, () => policyNotFound(policyId));
    if (place.teamId !== undefined && place.teamId !== teamId) throw policyNotFound(policyId);
    const siblings = await lockPoliciesOfScope(tx.db, tx.sql, teamId);
    const before = siblings.find((policy) => policy.id === policyId);
    if (!before) throw policyNotFound(policyId);

    const { labels, ...given } = patch;
    const fields = readPolicyFields(given);
    const nextLabels = labels && (await resolvePolicyLabels(tx.db, teamId, readPolicyLabelNames(labels)));
    const labelsChanged = nextLabels !== undefined && labelKey(nextLabels) !== labelKey(before.labels.map(({ id, scope }) => ({ labelId: id, scope })));
    const newQuestion = differs(fields.query, before.query) || differs(fields.platform, before.platform) || labelsChanged;
    const gateChanged = differs(fields.conditionalAccessEnabled, before.conditionalAccessEnabled);
    const changed = [...changedFields(before, fields), ...(labelsChanged ? ["labels"] : [])];
    if (changed.length === 0) return before;

    const at = tx.now();
    const after = await updatePolicyRow(
      tx.db,
      policyId,
      {
        ...fields,
        ...(newQuestion && { version: before.version + 1, versionSince: at }),
        ...(gateChanged && { gatedSince: fields.conditionalAccessEnabled ? at : null }),
        updatedAt: at,
      },
      labelsChanged ? nextLabels : undefined,
    );
    const teamName = teamId === null ? null : (await getTeam(tx, teamId)).name;
    await recordActivity(tx, { type: "edited_policy", teamId, details: { ...policyActivityDetails(after, teamName), changed, version: after.version } });
    if (gateChanged) {
      const gatedBefore = siblings.filter((policy) => policy.conditionalAccessEnabled);
      const gatedAfter = siblings.map((policy) => (policy.id === policyId ? after : policy)).filter((policy) => policy.conditionalAccessEnabled);
      await recordActivity(tx, {
        type: "edited_conditional_access_policies",
        teamId,
        details: { team_id: teamId, team_name: teamName, before: namedPolicies(gatedBefore), after: namedPolicies(gatedAfter) },
      });
    }
    const scopeMoved = differs(fields.platform, before.platform) || labelsChanged;
    if (gateChanged || (newQuestion && after.conditionalAccessEnabled)) {
      // Hosts that left the policy's scope are no longer found by its id: then all of its teams are looked at.
      const wide = teamId === null ? { everyHost: true as const } : { teamId };
      await requestReassessment(tx, scopeMoved ? wide : { policyId }, gateChanged ? "gated_policies_changed" : "policy_edited");
    }
    return after;
  });
}

function differs<Value>(next: Value | undefined, before: Value): boolean {
  return next !== undefined && next !== before;
}

function changedFields(before: Policy, fields: Partial<PolicyFields>): string[] {
  return (Object.keys(fields) as (keyof PolicyFields)[]).filter((key) => differs(fields[key], before[key]));
}

function labelKey(labels: { labelId: number; scope: string }[]): string {
  return labels
    .map(({ labelId, scope }) => `${labelId}:${scope}`)
    .toSorted()
    .join(",");
}
