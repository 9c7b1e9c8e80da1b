import type { SqlContext } from "@/lib/context";
import type { HostFilter, HostPage } from "./host-filter";
import type { HostRecord } from "./host-record";
import { listHostPage } from "./list-host-page";

/**
 * The hosts of one page of list-host-page.ts, for who doesn't go on from it. Count them with countHosts.
 * @throws BadRequestError `bad_cursor`; UnauthenticatedError, ForbiddenError
 */
export async function listHosts(ctx: SqlContext, filter: HostFilter = {}, page: HostPage = {}): Promise<HostRecord[]> {
  return (await listHostPage(ctx, filter, page)).hosts;
}
