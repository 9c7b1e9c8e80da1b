import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { findHosts, type HostSelection } from "./find-hosts";
import { markRefetchRequested } from "./host-admin-queries";

/**
 * Asks hosts again: at their next check-in they are asked for everything, and the request ends with their answers.
 * @returns how many hosts were asked
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function refetchHosts(ctx: Context, selection: HostSelection): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const hostIds = (await findHosts(tx, selection, "host:refetch")).map(({ id }) => id);
    if (hostIds.length === 0) return 0;
    await markRefetchRequested(tx.sql, hostIds, tx.now());
    return hostIds.length;
  });
}
