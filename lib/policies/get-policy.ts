import { authorize } from "../authorize";
import type { Context } from "../context";
import type { PolicyWithCounts } from "./policy";
import { countPolicyOutcomes } from "./policy-count-queries";
import { getPolicyRow, policyNotFound } from "./policy-queries";

/** Where the caller looks for a policy: null among those for all teams, a number among that team's own and those it inherits, absent anywhere. */
export interface PolicyPlace {
  teamId?: number | null;
}

/**
 * One policy with its counts.
 * @throws NotFoundError `policy_not_found`, also for a policy of another team than asked for; ForbiddenError `permission_denied`
 */
export async function getPolicy(ctx: Context, policyId: number, place: PolicyPlace = {}): Promise<PolicyWithCounts> {
  authorize(ctx, "policy:read");
  const policy = await getPolicyRow(ctx.db, policyId);
  if (place.teamId !== undefined && policy.teamId !== null && policy.teamId !== place.teamId) throw policyNotFound(policyId);
  authorize(ctx, "policy:read", { teamId: policy.teamId });
  return { ...policy, ...(await countPolicyOutcomes(ctx.sql, policyId, policy.teamId ?? place.teamId ?? null)) };
}
