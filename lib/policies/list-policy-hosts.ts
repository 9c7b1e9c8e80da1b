import { authorize, authorizeList } from "../authorize";
import type { Context } from "../context";
import { getPolicy, type PolicyPlace } from "./get-policy";
import type { PolicyHost } from "./policy-host";
import { listPolicyHostRows } from "./policy-host-queries";

/** Which answer, which page (zero-based), how many. */
export interface PolicyHostOptions extends PolicyPlace {
  outcome: "pass" | "fail" | "unknown";
  page?: number;
  perPage?: number;
}

/**
 * The hosts, of those that the caller may list, that gave a policy one answer, latest change first.
 * @throws NotFoundError `policy_not_found`; ForbiddenError `permission_denied`
 */
export async function listPolicyHosts(ctx: Context, policyId: number, options: PolicyHostOptions): Promise<PolicyHost[]> {
  authorize(ctx, "host:list");
  const policy = await getPolicy(ctx, policyId, { teamId: options.teamId });
  const teamIds = authorizeList(ctx, "host:list", policy.teamId ?? options.teamId);
  const perPage = options.perPage ?? 50;
  return listPolicyHostRows(ctx.sql, policy, teamIds, options.outcome, perPage, (options.page ?? 0) * perPage);
}
