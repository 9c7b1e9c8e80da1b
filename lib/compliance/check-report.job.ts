import type { Context, SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { askOrWait } from "./ask-or-wait";
import { findLiveReport, insertReportEvent, takeLookAt, type DeliveryRow } from "./delivery-queries";
import type { Connection } from "./entra/connection";
import { findConnectionRow } from "./entra/connection-queries";
import type { MessageResult } from "./entra/provider";
import { providerOf } from "./entra/provider-of";
import { acceptReport, rest, retryLater } from "./report-outcomes";
import type { ReportErrorCode } from "./report-attention";
import { checkReport as declaration, lookAtReport } from "./report-jobs";
import { longestPendingMs, pollGapMs } from "./report-schedule";

/** Asks Microsoft once what became of a message; while it has no word on it, asks again after 2, 5, 10, 15, 30 and then every 60 s. After 15 minutes Entra itself is asked. */
export const checkReport = implementJob(declaration, async (ctx, { reportId }) => {
  const seen = await findLiveReport(ctx.sql, reportId);
  if (seen?.state !== "submitted") return;
  const connection = await findConnectionRow(ctx.db, seen.connectionId);
  if (!connection) return;
  const nextAt = new Date(ctx.now().getTime() + pollGapMs(seen.polls + 1));
  // One look at a time, whoever wakes; and the next is on record before this one can die.
  const report = await inSqlTransaction(ctx, async (tx) => {
    const taken = await takeLookAt(tx.sql, seen, nextAt);
    if (taken) await lookAtReport(tx, reportId, nextAt);
    return taken;
  });
  if (!report) return;
  const result = await askOrWait(ctx, report, () => providerOf(report.provider).getReportResult(ctx, connection, report.messageId ?? ""));
  if (result) await inSqlTransaction(ctx, (tx) => judge(tx, report, result));
  if (!result || result.state === "pending") await askEntraIfTooLate(ctx, connection, report);
});

async function judge(tx: SqlContext, report: DeliveryRow, result: MessageResult): Promise<void> {
  const { status, requestId, clientRequestId } = result;
  if (result.state === "completed") await acceptReport(tx, report, { status, requestId, clientRequestId });
  if (result.state !== "failed") return;
  const detail = [result.errorCode, result.errorDetail].filter(Boolean).join(": ") || "Microsoft gave no reason.";
  const failure = { detail, status, details: { requestId, clientRequestId, errorCode: result.errorCode } };
  const terminal = terminalCode(result.errorCode);
  if (terminal) await rest(tx, report, { ...failure, code: terminal });
  else await retryLater(tx, report, { ...failure, code: "report_failed", state: "failed" });
}

/** What trying again can't mend. Microsoft doesn't document its codes, so anything that isn't plainly about a missing person or device is tried again. */
function terminalCode(errorCode: string): ReportErrorCode | null {
  if (/^User.*(NotFound|Unknown)$/i.test(errorCode)) return "user_not_found";
  if (/^User.*Disabled$/i.test(errorCode)) return "user_disabled";
  if (/^Device.*(NotFound|Unknown)$/i.test(errorCode)) return "device_not_found";
  return null;
}

async function askEntraIfTooLate(ctx: Context, connection: Connection, report: DeliveryRow): Promise<void> {
  const pendingMs = ctx.now().getTime() - (report.sentAt ?? report.createdAt).getTime();
  if (pendingMs < longestPendingMs) return;
  const answer = await askOrWait(ctx, report, () => providerOf(report.provider).readBack(ctx, connection, report.deviceId));
  if (!answer) return;
  const { device, requestId, clientRequestId } = answer;
  await inSqlTransaction(ctx, async (tx) => {
    const agrees = device !== null && device.managed === report.managed && device.compliant === report.compliant;
    await insertReportEvent(tx.sql, report, "read", { device, requestId, clientRequestId }, tx.now());
    if (agrees) await acceptReport(tx, report, { status: "no word", requestId, clientRequestId });
    else {
      const detail = "Microsoft had no word on the message for 15 minutes, and Entra doesn't say what was sent.";
      await retryLater(tx, report, { code: "report_failed", detail, state: "failed", details: { requestId, clientRequestId } });
    }
  });
}
