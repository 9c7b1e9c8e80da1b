import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { openAttention } from "./attention-queries";
import { changeReport, insertReportEvent, type DeliveryRow } from "./delivery-queries";
import type { Connection } from "./entra/connection";
import { describeProblem } from "./entra/connection-problem";
import { forgetAddresses } from "./entra/discover-addresses";
import { MicrosoftError } from "./entra/microsoft-error";
import { reportsRefused } from "./report-attention";
import { giveWay, rest, retryLater } from "./report-outcomes";
import { backoffMs } from "./report-schedule";

/** How long the lane should leave Microsoft alone after a report, in milliseconds; 0 to go on at once. */
export interface Onward {
  wait: number;
}

const refusedWaitMs = 60_000;
const longestLaneWaitMs = 2_000;
const forgetAddressesEvery = 3;

/**
 * Decides what an error means for a claimed report: try again with the same message after a while, make a new attempt later, or rest until an
 * admin has looked. An error that isn't Microsoft's is thrown on; the report's lease then ends by itself.
 */
export async function delayReport(ctx: Context, connection: Connection, report: DeliveryRow, error: unknown): Promise<Onward> {
  if (!(error instanceof MicrosoftError)) {
    const { code, message, details } = describeProblem(error);
    return tryAgain(ctx, report, { code, detail: message, details }, refusedWaitMs, refusedWaitMs);
  }
  const why = { code: error.code, detail: error.message, details: error.details };
  const backoff = backoffMs(report.attempts, error.retryAfterMs, Math.random());
  switch (error.kind) {
    case "unreachable":
    case "unavailable":
      if (report.attempts % forgetAddressesEvery === 0) await forgetAddresses(ctx, connection.id);
      // What isn't tried isn't put off: when Microsoft is back, the others go at once.
      return tryAgain(ctx, report, why, backoff, Math.min(backoff, longestLaneWaitMs));
    case "throttled":
      return tryAgain(ctx, report, why, error.retryAfterMs ?? backoff, error.retryAfterMs ?? backoff);
    case "unauthorized":
      return tryAgain(ctx, report, why, backoff, longestLaneWaitMs);
    case "credential":
      return tryAgain(ctx, report, why, refusedWaitMs, refusedWaitMs);
    case "forbidden":
      await tellRefusal(ctx, connection, error);
      return tryAgain(ctx, report, { ...why, code: "report_forbidden" }, refusedWaitMs, refusedWaitMs);
    case "not_found":
      await forgetAddresses(ctx, connection.id);
      await inSqlTransaction(ctx, (tx) => retryLater(tx, report, { ...why, code: "report_rejected", state: "failed" }));
      return { wait: 0 };
    case "rejected":
      await inSqlTransaction(ctx, (tx) => rest(tx, report, { ...why, code: "report_rejected", detail: error.excerpt || error.message }));
      return { wait: 0 };
  }
}

/** Back into the queue with the same message id and stamp: whether Microsoft took the last try or not, sending the same again changes nothing. */
async function tryAgain(
  ctx: Context,
  report: DeliveryRow,
  why: { code: string; detail: string; details: object },
  delayMs: number,
  laneWaitMs: number,
): Promise<Onward> {
  await inSqlTransaction(ctx, async (tx) => {
    const now = tx.now();
    if (await giveWay(tx, report)) return;
    const at = new Date(now.getTime() + delayMs);
    const changed = await changeReport(tx.sql, report, { state: "queued", nextAttemptAt: at, errorCode: why.code, errorDetail: why.detail }, now);
    if (changed)
      await insertReportEvent(tx.sql, report, "delayed", { code: why.code, detail: why.detail, messageId: report.messageId, until: at, ...why.details }, now);
  });
  return { wait: laneWaitMs };
}

/** Microsoft refuses the app, not one host: an admin is told once, and reports wait. */
async function tellRefusal(ctx: Context, connection: Connection, error: MicrosoftError): Promise<void> {
  await inSqlTransaction(ctx, async (tx) => {
    const subject = `connection:${connection.id}`;
    const isNew = await openAttention(tx.sql, { code: reportsRefused, subject, details: error.details as Record<string, unknown> }, tx.now());
    if (!isNew) return;
    const details = { connection_id: connection.id, tenant_id: connection.tenantId, code: reportsRefused, request_id: error.requestId };
    await recordActivity(tx, { type: "entra_connection_degraded", details });
  });
}
