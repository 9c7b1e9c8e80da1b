import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import { enqueue } from "@/lib/jobs/enqueue";
import { retractDeletedHosts } from "@/lib/teams/request-reassessment";
import { deleteHostRows } from "./host-admin-queries";
import { dropHostMoves } from "./host-move-queries";
import type { HostBrief } from "./host-read-queries";

const hostsPerJob = 100;

/** Deletes these hosts, has Entra told, and says of each who did it; in the caller's transaction. Those that are gone already are passed over. */
export async function forgetHosts(tx: SqlContext, hosts: readonly HostBrief[]): Promise<void> {
  const hostIds = hosts.map(({ id }) => id);
  await dropHostMoves(tx.sql, hostIds);
  const deleted = new Set(await deleteHostRows(tx.sql, hostIds));
  const gone = hosts.filter(({ id }) => deleted.has(id));
  for (let start = 0; start < gone.length; start += hostsPerJob) {
    const part = gone.slice(start, start + hostsPerJob).map(({ id, name }) => ({ hostId: id, hostName: name }));
    await enqueue(tx, retractDeletedHosts, { hosts: part }, { priority: -10 });
  }
  await recordActivity(
    tx,
    gone.map(({ id, name, serial, teamId }) => ({
      type: "deleted_host",
      teamId,
      hostId: id,
      details: { host_id: id, host_display_name: name, host_serial: serial },
    })),
  );
}
