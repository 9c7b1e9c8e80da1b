import type { Context, SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { endAttention } from "./attention-queries";
import { delayReport, type Onward } from "./delay-report";
import { changeReport, hasBacklog, insertReportEvent, rememberReportUser, type DeliveryRow } from "./delivery-queries";
import type { Connection } from "./entra/connection";
import type { CallIds } from "./entra/provider";
import { providerOf } from "./entra/provider-of";
import { resolveEntraUser } from "./entra/resolve-entra-user";
import { giveWay, rest } from "./report-outcomes";
import { lookAtReport, lookAtReports } from "./report-jobs";
import { backlogReports, lookInCompanyAt, pollGapMs, waitForPersonMs } from "./report-schedule";
import { reportsRefused } from "./report-attention";

/** Said on a report whose device Entra knows, but not whose it is. */
export const waitingForPerson = "waiting_for_person";

/**
 * Sends one claimed report and writes down what came of it. Whatever happens in between, the report is either moved on in one transaction,
 * or taken over with the same message when its lease ends.
 * @returns whether the lane can go on at once
 */
export async function deliverReport(ctx: Context, connection: Connection, report: DeliveryRow): Promise<Onward> {
  try {
    const userObjectId = report.userObjectId || (await findPerson(ctx, connection, report));
    if (userObjectId === null) return { wait: 0 };
    const { messageId, lastUpdateTime, lastCheckInTime } = report;
    if (!messageId || !lastUpdateTime || !lastCheckInTime) throw new Error(`Report ${report.id} was claimed without a message id or stamp.`);
    const said = await providerOf(report.provider).reportDevice(ctx, connection, { ...report, userObjectId, messageId, lastUpdateTime, lastCheckInTime });
    await inSqlTransaction(ctx, (tx) => markSubmitted(tx, report, said));
    return { wait: 0 };
  } catch (error) {
    return delayReport(ctx, connection, report, error);
  }
}

async function markSubmitted(tx: SqlContext, report: DeliveryRow, said: CallIds): Promise<void> {
  const now = tx.now();
  const isBacklogged = await hasBacklog(tx.sql, report.connectionId, backlogReports);
  const at = isBacklogged ? lookInCompanyAt(now) : new Date(now.getTime() + pollGapMs(0));
  const changed = await changeReport(tx.sql, report, { state: "submitted", nextAttemptAt: at, errorCode: "", errorDetail: "" }, now);
  if (!changed) return; // taken over or overtaken: whoever did that goes on with it
  await insertReportEvent(tx.sql, report, "submitted", { messageId: report.messageId, ...said }, now);
  await endAttention(tx.sql, [reportsRefused], [`connection:${report.connectionId}`], now);
  if (report.errorCode === waitingForPerson && report.hostId !== null) await requestReassessment(tx, { hostIds: [report.hostId] }, "identity_changed");
  if (isBacklogged) await lookAtReports(tx, report.connectionId, at, at.getTime() + (report.lastUpdateTime?.getTime() ?? 0));
  else await lookAtReport(tx, report.id, at);
}

/** Whose the device is, kept on the report before it goes out; null when the report has to rest or wait for that. */
async function findPerson(ctx: Context, connection: Connection, report: DeliveryRow): Promise<string | null> {
  const person = await resolveEntraUser(ctx, connection, report.userPrincipalName, report.deviceId);
  switch (person.kind) {
    case "found":
      await rememberReportUser(ctx.sql, report.id, person.objectId);
      return person.objectId;
    case "not_found":
      await inSqlTransaction(ctx, (tx) => rest(tx, report, { code: "user_not_found", detail: "Entra has no user with the name that the device reports." }));
      return null;
    case "disabled":
      await inSqlTransaction(ctx, (tx) => rest(tx, report, { code: "user_disabled", detail: "The person's account is disabled in Entra." }));
      return null;
    case "nobody_yet":
      await inSqlTransaction(ctx, (tx) => waitForPerson(tx, report));
      return null;
  }
}

/** Nothing is wrong: somebody has yet to sign in on the device. Nobody is alarmed, and Graph is asked again in an hour. */
async function waitForPerson(tx: SqlContext, report: DeliveryRow): Promise<void> {
  const now = tx.now();
  if (await giveWay(tx, report)) return;
  const at = new Date(now.getTime() + waitForPersonMs);
  const changed = await changeReport(tx.sql, report, { state: "queued", nextAttemptAt: at, errorCode: waitingForPerson, errorDetail: "" }, now);
  if (!changed || report.errorCode === waitingForPerson) return;
  await insertReportEvent(tx.sql, report, "delayed", { code: waitingForPerson }, now);
  if (report.hostId !== null) await requestReassessment(tx, { hostIds: [report.hostId] }, "identity_changed");
}
