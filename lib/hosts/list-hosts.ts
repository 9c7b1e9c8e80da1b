import { authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import type { HostFilter, HostPage } from "./host-filter";
import type { HostRecord } from "./host-record";
import { listHostRows } from "./host-read-queries";

/**
 * One page of the hosts that match, in all teams that the caller may list, blocked first unless another order is asked for. Count them with
 * countHosts.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function listHosts(ctx: SqlContext, filter: HostFilter = {}, page: HostPage = {}): Promise<HostRecord[]> {
  const teamIds = authorizeList(ctx, "host:list", filter.teamId);
  return listHostRows(ctx.sql, { ...filter, teamIds }, page, ctx.now());
}
