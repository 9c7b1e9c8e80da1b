import type { SqlContext } from "@/lib/context";
import type { HostRecord } from "./host-details";
import { lockHostRecords, updateHostRecords, type WrittenHost } from "./host-record-queries";

/**
 * Stores what check-ins say of their hosts and when, in the caller's transaction; the hosts' rows are locked from here on.
 * @param records at most one per host
 * @returns the hosts that still exist, and whether MDM state or platform changed
 */
export async function recordHostDetails(tx: SqlContext, records: readonly HostRecord[]): Promise<WrittenHost[]> {
  const telling = records.filter(saysSomething);
  if (telling.length === records.length) return updateHostRecords(tx.sql, records, tx.now());
  // Answers to policies alone leave the row as it is. All are locked at once, so that two batches never wait for each other.
  const locked = await lockHostRecords(
    tx.sql,
    records.map(({ hostId }) => hostId),
  );
  if (telling.length === 0) return locked;
  const written = new Map((await updateHostRecords(tx.sql, telling, tx.now())).map((host) => [host.hostId, host]));
  return locked.map((host) => written.get(host.hostId) ?? host);
}

function saysSomething({ hostId: _host, details, detailsDigest, ...times }: HostRecord): boolean {
  return detailsDigest !== "" || Object.keys(details).length > 0 || Object.values(times).some((time) => time !== undefined);
}
