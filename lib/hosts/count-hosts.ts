import { authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import type { HostFilter } from "./host-filter";
import type { AccessState } from "./host-record";
import { countHostRowsByAccess } from "./host-read-queries";

/** How many hosts match, in all and per access state. The states count without the filter's own access state, as tabs do. */
export interface HostCounts {
  count: number;
  byAccess: Record<AccessState, number>;
  /** All states together: what "All" shows. */
  all: number;
}

/**
 * Counts the hosts that match, in all teams that the caller may list.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function countHosts(ctx: SqlContext, filter: HostFilter = {}): Promise<HostCounts> {
  const teamIds = authorizeList(ctx, "host:list", filter.teamId);
  const byAccess = await countHostRowsByAccess(ctx.sql, { ...filter, teamIds, accessState: undefined }, ctx.now());
  const all = byAccess.held + byAccess.unsure + byAccess.loose + byAccess.in;
  return { count: filter.accessState ? byAccess[filter.accessState] : all, byAccess, all };
}
