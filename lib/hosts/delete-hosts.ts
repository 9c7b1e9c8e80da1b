import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { enqueue } from "@/lib/jobs/enqueue";
import { retractDeletedHosts } from "@/lib/teams/request-reassessment";
import { findHosts, type HostSelection } from "./find-hosts";
import { deleteHostRows } from "./host-admin-queries";

/**
 * Forgets hosts. Entra is told that their devices are no longer managed; transitions, reports and activities stay. An agent that is
 * still installed enrolls again as a new host.
 * @returns how many hosts were deleted
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function deleteHosts(ctx: Context, selection: HostSelection): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const hosts = await findHosts(tx, selection, "host:delete");
    if (hosts.length === 0) return 0;
    const hostIds = hosts.map(({ id }) => id);
    await enqueue(tx, retractDeletedHosts, { hosts: hosts.map(({ id, name }) => ({ hostId: id, hostName: name })) }, { priority: -10 });
    await deleteHostRows(tx.sql, hostIds);
    for (const { id, name, serial, teamId } of hosts) {
      await recordActivity(tx, { type: "deleted_host", teamId, hostId: id, details: { host_id: id, host_display_name: name, host_serial: serial } });
    }
    return hosts.length;
  });
}
