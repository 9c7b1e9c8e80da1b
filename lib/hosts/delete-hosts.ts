import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { requestHostDeletion } from "./delete-waiting-hosts.job";
import { findHosts, type HostSelection } from "./find-hosts";
import { forgetHosts } from "./forget-hosts";
import { mostHostsAtOnce } from "@/lib/teams/most-hosts-at-once";

/**
 * Forgets hosts. Entra is told that their devices are no longer managed; transitions, reports and activities stay. An agent that is
 * still installed enrolls again as a new host. More than 500 are deleted in the background, some in a second.
 * @returns how many hosts were, or are being, deleted
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function deleteHosts(ctx: Context, selection: HostSelection): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const hosts = await findHosts(tx, selection, "host:delete");
    if (hosts.length > mostHostsAtOnce) {
      await requestHostDeletion(
        tx,
        hosts.map(({ id }) => id),
      );
    } else if (hosts.length > 0) await forgetHosts(tx, hosts);
    return hosts.length;
  });
}
