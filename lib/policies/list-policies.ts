import { authorize } from "../authorize";
import type { Context } from "../context";
import { getTeam } from "../teams/get-team";
import type { PolicyWithCounts } from "./policy";
import { countPolicyRows, listPolicyRowsWithCounts, type PolicyFilter, type PolicyOrderKey } from "./policy-count-queries";

/** Which policies, in which order, which page; `page` is zero-based, without `perPage` all come. */
export interface PolicyListOptions extends Partial<Omit<PolicyFilter, "teamId">> {
  /** Null: the policies for all teams. */
  teamId: number | null;
  orderKey?: PolicyOrderKey;
  orderDirection?: "asc" | "desc";
  page?: number;
  perPage?: number;
}

/** The filter that options mean. */
export function toPolicyFilter(options: PolicyListOptions): PolicyFilter {
  return {
    teamId: options.teamId,
    scope: options.scope ?? "own",
    query: options.query?.trim() ?? "",
    platform: options.platform ?? "",
    automation: options.automation ?? "",
  };
}

/**
 * The policies of a team, or those for all teams, with how many hosts pass, fail or haven't answered. `count` is all that the filter leaves.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function listPolicies(ctx: Context, options: PolicyListOptions): Promise<{ policies: PolicyWithCounts[]; count: number }> {
  authorize(ctx, "policy:read", { teamId: options.teamId });
  if (options.teamId !== null) await getTeam(ctx, options.teamId);
  const filter = toPolicyFilter(options);
  const limit = options.perPage ?? null;
  const policies = await listPolicyRowsWithCounts(
    ctx.sql,
    filter,
    { key: options.orderKey ?? "name", direction: options.orderDirection ?? "asc" },
    { limit, offset: limit === null ? 0 : (options.page ?? 0) * limit },
  );
  const count = await countPolicyRows(ctx.sql, filter);
  return { policies, count };
}
