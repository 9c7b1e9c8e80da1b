import { authorizeList, isAllowed } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { listFilterOptions } from "./host-detail-queries";

/** A choice in a filter of the host list. */
export interface FilterOption {
  id: number;
  name: string;
}

/**
 * The policies and labels that a host list can be filtered by, for a team or for all that the caller may list; each only for those who may read them.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function listHostFilters(ctx: SqlContext, teamId: number | undefined): Promise<{ policies: FilterOption[]; labels: FilterOption[] }> {
  const rows = await listFilterOptions(ctx.sql, authorizeList(ctx, "host:list", teamId));
  const of = (kind: "policy" | "label") => rows.filter((row) => row.kind === kind).map(({ id, name }) => ({ id, name }));
  return { policies: isAllowed(ctx, "policy:read", { teamId }) ? of("policy") : [], labels: isAllowed(ctx, "label:read", { teamId }) ? of("label") : [] };
}
