import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import type { HostFilter, HostPage } from "./host-filter";
import type { HostRecord } from "./host-record";
import { listHostRows } from "./host-read-queries";

/**
 * One page of the hosts that match, blocked first unless another order is asked for. Count them with countHosts.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function listHosts(ctx: SqlContext, filter: HostFilter = {}, page: HostPage = {}): Promise<HostRecord[]> {
  authorize(ctx, "host:list", { teamId: filter.teamId ?? null });
  return listHostRows(ctx.sql, filter, page, ctx.now());
}
