import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import type { SqlContext } from "@/lib/context";
import { askOrWait } from "./ask-or-wait";
import type { DeliveryRow } from "./delivery-queries";
import { findConnectionRow } from "./entra/connection-queries";
import type { ReadBack } from "./entra/provider";
import { providerOf } from "./entra/provider-of";
import { confirmReport, endConfirmed, rest, retryLater } from "./report-outcomes";
import { readBackReport as declaration } from "./report-jobs";
import { readGapMs } from "./report-schedule";
import { takeLooks } from "./take-looks";
import { readOnDevice } from "./told-device-queries";

/**
 * Asks Entra once what it says about a device after Microsoft accepted a message, and about others that wait for the same question. The same: confirmed. Something
 * else: asked again within a minute, since Graph lags, and then a mismatch, which is sent anew. A device that Entra doesn't know needs an admin; one that was
 * taken leave of is gone as wanted.
 */
export const readBackReport = implementJob(declaration, async (ctx, { reportId }) => {
  const all = await takeLooks(ctx, reportId, "completed");
  const [first] = all;
  if (!first) return;
  const connection = await findConnectionRow(ctx.db, first.connectionId);
  if (!connection) return;
  const reports = all.filter(({ provider }) => provider === first.provider);
  const deviceIds = reports.map(({ deviceId }) => deviceId);
  const answer = await askOrWait(ctx, first, () => providerOf(first.provider).readBack(ctx, connection, deviceIds));
  if (answer) for (const report of reports) await inSqlTransaction(ctx, (tx) => judge(tx, report, answer));
});

async function judge(tx: SqlContext, report: DeliveryRow, { devices, requestId, clientRequestId }: ReadBack): Promise<void> {
  const now = tx.now();
  const ids = { requestId, clientRequestId };
  const device = devices.get(report.deviceId.toLowerCase()) ?? null;
  const readBack = { device, at: now };
  if (device === null) {
    await readOnDevice(tx.sql, report, null, "missing", now);
    if (report.kind === "retract") return endConfirmed(tx, report, { ...ids, gone: true }, readBack);
    const detail = "Entra has no device with this id any more. The person has to register it again with Company Portal.";
    await rest(tx, report, { code: "device_not_found", detail, details: ids, readBack });
    return;
  }
  if (device.managed === report.managed && device.compliant === report.compliant) return confirmReport(tx, report, device, ids);
  await readOnDevice(tx.sql, report, device, "mismatch", now);
  if (readGapMs(report.polls) !== null) return;
  const says = { deviceId: report.deviceId, managed: device.managed, compliant: device.compliant, ...ids };
  const detail = `Entra says ${inWords(device)}, we sent ${inWords(report)}.`;
  await retryLater(tx, report, { code: "report_mismatch", detail, state: "mismatch", details: says, readBack });
}

function inWords({ managed, compliant }: { managed: boolean; compliant: boolean }): string {
  return `${managed ? "managed" : "not managed"} and ${compliant ? "compliant" : "not compliant"}`;
}
