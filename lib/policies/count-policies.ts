import type { Context } from "../context";
import { authorizeScope } from "./authorize-scope";
import { toPolicyFilter, type PolicyListOptions } from "./list-policies";
import { countPolicyRows } from "./policy-count-queries";

/**
 * How many policies the same options of list-policies.ts would list, on all pages.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function countPolicies(ctx: Context, options: PolicyListOptions): Promise<number> {
  await authorizeScope(ctx, "policy:read", options.teamId);
  return countPolicyRows(ctx.sql, toPolicyFilter(options));
}
