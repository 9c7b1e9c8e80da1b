import type { Context, SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { askOrWait } from "./ask-or-wait";
import { insertReportEvent, type DeliveryRow } from "./delivery-queries";
import type { Connection } from "./entra/connection";
import { findConnectionRow } from "./entra/connection-queries";
import type { MessageResult } from "./entra/provider";
import { providerOf } from "./entra/provider-of";
import { acceptReport, confirmReport, rest, retryLater } from "./report-outcomes";
import type { ReportErrorCode } from "./report-attention";
import { longestPendingMs } from "./report-schedule";
import { listTellingReports } from "./told-device-queries";

// Fewer are asked about one by one: it says more, and costs no more.
const fewestForOneQuestion = 5;

/**
 * Asks what became of messages of one connection, and moves their reports on; Entra itself is asked about one that had no word for 15 minutes. Where there are
 * several, Entra is asked about them together first: a device that shows what was sent, and showed something else before, needs no question of its own, which
 * leaves calls for what waits to be sent.
 * @returns the ids of the reports that Microsoft had a word on; the others are to be asked about again
 */
export async function learnFates(ctx: Context, reports: readonly DeliveryRow[]): Promise<Set<string>> {
  const [first] = reports;
  const connection = first && (await findConnectionRow(ctx.db, first.connectionId));
  if (!connection) return new Set();
  const learnt = reports.length < fewestForOneQuestion ? new Set<string>() : await acceptWhatEntraShows(ctx, connection, reports);
  for (const report of reports) {
    if (learnt.has(report.id)) continue;
    const state = await askAbout(ctx, connection, report);
    // Where one question doesn't get through, the others wouldn't either.
    if (state === null) break;
    if (state !== "pending") learnt.add(report.id);
  }
  return learnt;
}

/** @returns what Microsoft says, or null when it couldn't be asked */
async function askAbout(ctx: Context, connection: Connection, report: DeliveryRow): Promise<MessageResult["state"] | null> {
  const result = await askOrWait(ctx, report, () => providerOf(report.provider).getReportResult(ctx, connection, report.messageId ?? ""));
  if (result) await inSqlTransaction(ctx, (tx) => judge(tx, report, result));
  if (!result || result.state === "pending") await askEntraIfTooLate(ctx, connection, report);
  return result?.state ?? null;
}

/** Accepts and confirms the messages whose effect Entra shows by now. @returns their reports' ids */
async function acceptWhatEntraShows(ctx: Context, connection: Connection, reports: readonly DeliveryRow[]): Promise<Set<string>> {
  const telling = new Set(await listTellingReports(ctx.sql, reports));
  const asked = reports.filter(({ id, provider }) => telling.has(id) && provider === connection.provider);
  const [first] = asked;
  if (!first || asked.length < fewestForOneQuestion) return new Set();
  const answer = await askOrWait(ctx, first, () => {
    const deviceIds = asked.map(({ deviceId }) => deviceId);
    return providerOf(first.provider).readBack(ctx, connection, deviceIds);
  });
  const settled = new Set<string>();
  for (const report of asked) {
    const device = answer?.devices.get(report.deviceId.toLowerCase());
    if (!answer || !device || device.managed !== report.managed || device.compliant !== report.compliant) continue;
    const { requestId, clientRequestId } = answer;
    await inSqlTransaction(ctx, async (tx) => {
      const accepted = await acceptReport(tx, report, { status: "seen in Entra", requestId, clientRequestId }, { readBack: false });
      if (accepted) await confirmReport(tx, accepted, device, { requestId, clientRequestId });
    });
    settled.add(report.id);
  }
  return settled;
}

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
  const answer = await askOrWait(ctx, report, () => providerOf(report.provider).readBack(ctx, connection, [report.deviceId]));
  if (!answer) return;
  const { devices, requestId, clientRequestId } = answer;
  const device = devices.get(report.deviceId.toLowerCase()) ?? null;
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
