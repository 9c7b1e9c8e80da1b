import { randomUUID } from "node:crypto";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { lockLaneOf, pickDueReport, readLane, takeReport, wakeRestedReports, type DeliveryRow } from "./delivery-queries";
import { canReport } from "./entra/connection-state";
import { lockDeviceRows } from "./report-queue-queries";
import { laneWidth, leaseMs } from "./report-schedule";

/**
 * A report to send, or why there is none: nothing is due, others fill the lane, somebody was faster, the pace leaves no room before a moment, or the lane is
 * held until a moment or until the connection changes.
 */
export type Claim =
  | { kind: "report"; report: DeliveryRow }
  | { kind: "idle" }
  | { kind: "full" }
  | { kind: "again" }
  | { kind: "paced"; until: Date }
  | { kind: "held"; until: Date | null };

/**
 * Takes the most urgent report of a connection for sending: in one transaction it gets its message id and the device's next ordering stamp, so that whoever
 * repeats it after a crash sends the same message. At most `laneWidth` are out at the same time, over all instances.
 */
export async function claimReport(ctx: SqlContext, connectionId: number): Promise<Claim> {
  await wakeRestedReports(ctx.sql, connectionId, ctx.now());
  return inSqlTransaction(ctx, async (tx): Promise<Claim> => {
    await lockLaneOf(tx.sql, connectionId);
    const now = tx.now();
    const lane = await readLane(tx.sql, connectionId, now);
    const leaving = lane?.state === "disconnecting";
    if (!lane || !(canReport(lane.state) || leaving)) return { kind: "held", until: null };
    if (lane.pausedUntil && lane.pausedUntil > now) return { kind: "held", until: lane.pausedUntil };
    if (lane.busy >= laneWidth) return { kind: "full" };
    // Looks at what was sent take their turns first: a report is taken only when it could go out now, so that the most urgent goes even if it comes later.
    if (lane.freeAt && lane.freeAt > now) return { kind: "paced", until: lane.freeAt };
    const due = await pickDueReport(tx.sql, connectionId, now, !leaving);
    if (!due) return { kind: "idle" };
    // Held before the report: whoever queues a newer one for this device does the same, so neither waits for the other for ever.
    await lockDeviceRows(tx.sql, [{ connectionId, deviceId: due.deviceId }]);
    const report = await takeReport(tx.sql, { id: due.id, connectionId }, now, new Date(now.getTime() + leaseMs), randomUUID());
    return report ? { kind: "report", report } : { kind: "again" };
  });
}
