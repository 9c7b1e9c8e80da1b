import { authorizeFound, authorizeList, isAllowed } from "../authorize";
import type { Context } from "../context";
import { countOutcomes } from "./count-outcomes";
import type { PolicyWithCounts } from "./policy";

import { findPolicyRow, policyNotFound } from "./policy-queries";

/** Where the caller looks for a policy: null among those for all teams, a number among that team's own and those it inherits, absent anywhere. */
export interface PolicyPlace {
  teamId?: number | null;
}

/**
 * One policy with its counts, among the hosts of its team or, for one of all teams, of the teams that the caller may see.
 * @throws NotFoundError `policy_not_found`, also for a policy of another team than asked for or may be seen; ForbiddenError `permission_denied`
 */
export async function getPolicy(ctx: Context, policyId: number, place: PolicyPlace = {}): Promise<PolicyWithCounts> {
  const missing = () => policyNotFound(policyId);
  const policy = authorizeFound(ctx, await findPolicyRow(ctx.db, policyId), { permission: "policy:read" }, missing);
  if (place.teamId !== undefined && policy.teamId !== null && policy.teamId !== place.teamId) throw missing();
  if (!isAllowed(ctx, "policy:read", { teamId: place.teamId })) throw missing();
  const teamIds = authorizeList(ctx, "policy:read", policy.teamId ?? place.teamId);
  const counts = (await countOutcomes(ctx.sql, [policy], teamIds)).get(policyId);
  return { ...policy, ...(counts ?? { pass: 0, fail: 0, unknown: 0 }) };
}
