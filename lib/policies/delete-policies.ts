import { recordActivity } from "../activities/record-activity";
import { authorize, authorizeFound } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { getTeam } from "../teams/get-team";
import { removeOrphanResults, requestOrphanRemoval } from "../teams/request-orphan-removal";
import { requestReassessment } from "../teams/request-reassessment";
import type { PolicyPlace } from "./get-policy";
import type { Policy } from "./policy";
import { policyActivityDetails } from "./policy-activity";
import { deletePolicyRows, listPolicyRowsById, lockPoliciesOfScope, policyNotFound } from "./policy-queries";

/**
 * Deletes policies, all or none; hosts that only these kept out are let in. Their results count no more and are removed in the background. Answers the ids in the order given.
 * @throws NotFoundError `policy_not_found` for an id that doesn't exist or stands in another team; ForbiddenError `permission_denied`
 */
export async function deletePolicies(ctx: Context, policyIds: number[], place: PolicyPlace = {}): Promise<number[]> {
  authorize(ctx, "policy:write");
  return inTransaction(ctx, async (tx) => {
    const policies = new Map((await listPolicyRowsById(tx.db, policyIds)).map((policy) => [policy.id, policy]));
    for (const policyId of policyIds) {
      const rights = { permission: "policy:write", see: "policy:read" } as const;
      const policy = authorizeFound(tx, policies.get(policyId), rights, () => policyNotFound(policyId));
      if (place.teamId !== undefined && place.teamId !== policy.teamId) throw policyNotFound(policyId);
    }
    const teamIds = new Set([...policies.values()].map((policy) => policy.teamId));
    for (const teamId of teamIds) {
      await deleteFromScope(
        tx,
        teamId,
        [...policies.values()].filter((policy) => policy.teamId === teamId),
      );
    }
    await requestOrphanRemoval(tx, removeOrphanResults);
    return [...new Set(policyIds)];
  });
}

async function deleteFromScope(tx: Context, teamId: number | null, policies: Policy[]): Promise<void> {
  await lockPoliciesOfScope(tx.db, tx.sql, teamId);
  await deletePolicyRows(
    tx.db,
    policies.map((policy) => policy.id),
  );
  const teamName = teamId === null ? null : (await getTeam(tx, teamId)).name;
  for (const policy of policies) {
    await recordActivity(tx, {
      type: "deleted_policy",
      teamId,
      details: { ...policyActivityDetails(policy, teamName), gated_access: policy.conditionalAccessEnabled },
    });
  }
  if (policies.some((policy) => policy.conditionalAccessEnabled)) {
    await requestReassessment(tx, teamId === null ? { everyHost: true } : { teamId }, "policy_deleted");
  }
}
