import { authorizeList } from "../authorize";
import type { Context } from "../context";
import { authorizeScope } from "./authorize-scope";
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
 * The policies of a team, or those for all teams, with how many hosts, of the team or of those that the caller may see, pass, fail or haven't answered. `count` is all that the filter leaves.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function listPolicies(ctx: Context, options: PolicyListOptions): Promise<{ policies: PolicyWithCounts[]; count: number }> {
  await authorizeScope(ctx, "policy:read", options.teamId);
  const filter = toPolicyFilter(options);
  const limit = options.perPage ?? null;
  const policies = await listPolicyRowsWithCounts(
    ctx.sql,
    filter,
    authorizeList(ctx, "policy:read", options.teamId),
    { key: options.orderKey ?? "name", direction: options.orderDirection ?? "asc" },
    { limit, offset: limit === null ? 0 : (options.page ?? 0) * limit },
  );
  const count = await countPolicyRows(ctx.sql, filter);
  return { policies, count };
}
