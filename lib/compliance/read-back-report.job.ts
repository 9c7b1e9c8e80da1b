import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import type { SqlContext } from "@/lib/context";
import { askOrWait } from "./ask-or-wait";
import { changeReport, findLiveReport, insertReportEvent, takeLookAt, type DeliveryRow } from "./delivery-queries";
import { findConnectionRow } from "./entra/connection-queries";
import type { ReadBack } from "./entra/provider";
import { providerOf } from "./entra/provider-of";
import { rest, retryLater } from "./report-outcomes";
import { readBackReport as declaration, readReportBack } from "./report-jobs";
import { readGapMs } from "./report-schedule";
import { readOnDevice } from "./told-device-queries";

/**
 * Asks Entra once what it says about a device after Microsoft accepted a message. The same: confirmed. Something else: asked again within a minute, since
 * Graph lags, and then a mismatch, which is sent anew. A device that Entra doesn't know needs an admin; one that was taken leave of is gone as wanted.
 */
export const readBackReport = implementJob(declaration, async (ctx, { reportId }) => {
  const seen = await findLiveReport(ctx.sql, reportId);
  if (seen?.state !== "completed") return;
  const connection = await findConnectionRow(ctx.db, seen.connectionId);
  if (!connection) return;
  const nextAt = new Date(ctx.now().getTime() + (readGapMs(seen.polls + 1) ?? 60_000));
  const report = await inSqlTransaction(ctx, async (tx) => {
    const taken = await takeLookAt(tx.sql, seen, nextAt);
    if (taken) await readReportBack(tx, reportId, nextAt);
    return taken;
  });
  if (!report) return;
  const answer = await askOrWait(ctx, report, () => providerOf(report.provider).readBack(ctx, connection, report.deviceId));
  if (answer) await inSqlTransaction(ctx, (tx) => judge(tx, report, answer));
});

async function judge(tx: SqlContext, report: DeliveryRow, { device, requestId, clientRequestId }: ReadBack): Promise<void> {
  const now = tx.now();
  const ids = { requestId, clientRequestId };
  const readBack = { device, at: now };
  if (device === null) {
    await readOnDevice(tx.sql, report, null, "missing", now);
    if (report.kind === "retract") return confirm(tx, report, { ...ids, gone: true }, readBack);
    const detail = "Entra has no device with this id any more. The person has to register it again with Company Portal.";
    await rest(tx, report, { code: "device_not_found", detail, details: ids, readBack });
    return;
  }
  const agrees = device.managed === report.managed && device.compliant === report.compliant;
  await readOnDevice(tx.sql, report, device, agrees ? "match" : "mismatch", now);
  const says = { deviceId: report.deviceId, managed: device.managed, compliant: device.compliant, ...ids };
  if (agrees) return confirm(tx, report, says, readBack);
  if (readGapMs(report.polls) !== null) return;
  const detail = `Entra says ${inWords(device)}, we sent ${inWords(report)}.`;
  await retryLater(tx, report, { code: "report_mismatch", detail, state: "mismatch", details: says, readBack });
}

async function confirm(tx: SqlContext, report: DeliveryRow, details: object, readBack: object): Promise<void> {
  const changed = await changeReport(tx.sql, report, { state: "confirmed", nextAttemptAt: null, errorCode: "", errorDetail: "", readBack }, tx.now());
  if (changed) await insertReportEvent(tx.sql, report, "confirmed", details, tx.now());
}

function inWords({ managed, compliant }: { managed: boolean; compliant: boolean }): string {
  return `${managed ? "managed" : "not managed"} and ${compliant ? "compliant" : "not compliant"}`;
}
