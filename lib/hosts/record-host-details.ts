import type { SqlContext } from "@/lib/context";
import type { HostRecord } from "./host-details";
import { updateHostRecords, type WrittenHost } from "./host-record-queries";

/**
 * Stores what check-ins say of their hosts and when, in the caller's transaction; the hosts' rows are locked from here on.
 * @param records at most one per host
 * @returns the hosts that still exist, and whether MDM state or platform changed
 */
export async function recordHostDetails(tx: SqlContext, records: readonly HostRecord[]): Promise<WrittenHost[]> {
  return updateHostRecords(tx.sql, records, tx.now());
}
