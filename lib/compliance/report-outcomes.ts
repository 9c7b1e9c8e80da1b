import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import { observeAcceptance } from "@/lib/metrics/observe-report";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { changeReport, hasBacklog, hasNewerWaiting, insertReportEvent, type DeliveryRow } from "./delivery-queries";
import type { CallIds, EntraDevice } from "./entra/provider";
import { raiseReportAttention, settleReportAttention, type ReportErrorCode } from "./report-attention";
import { readReportBack } from "./report-jobs";
import { reportKey } from "./report-key";
import { lockDeviceRows, supersedeReports } from "./report-queue-queries";
import { attentionRestMs, backlogReports, failureGapMs, lookInCompanyAt } from "./report-schedule";
import { wakeSenders, wakeSendersAt } from "./send-reports-declaration";
import { acceptOnDevice, findCurrentDevice, findTenantOf, listFailingPolicies, readOnDevice } from "./told-device-queries";

/** What Microsoft said, for the report's history. */
export interface Said {
  status: string;
  requestId: string;
  clientRequestId: string;
}

/**
 * Microsoft took the message: keeps that on the device, ends what an admin was told, says which policies keep the host out, and asks Entra
 * for its own word, later where much else waits. @returns the report as it is now, or null when somebody else moved it meanwhile
 */
export async function acceptReport(tx: SqlContext, report: DeliveryRow, said: Said, { readBack = true } = {}): Promise<DeliveryRow | null> {
  const now = tx.now();
  await lockDeviceRows(tx.sql, [report]);
  const isBacklogged = readBack && (await hasBacklog(tx.sql, report.connectionId, backlogReports));
  const readAt = isBacklogged ? lookInCompanyAt(now) : now;
  const changed = await changeReport(
    tx.sql,
    report,
    { state: "completed", nextAttemptAt: readAt, errorCode: "", errorDetail: "", microsoftStatus: said.status },
    now,
  );
  if (!changed) return null;
  await insertReportEvent(tx.sql, report, "completed", { messageId: report.messageId, ...said }, now);
  await keepAcceptance(tx, report);
  await settleReportAttention(tx, [report]);
  await tellFailingPolicies(tx, report);
  if (readBack) await readReportBack(tx, report.id, isBacklogged ? readAt : undefined);
  // What waited for this one to arrive may go now.
  if (await hasNewerWaiting(tx.sql, report)) await wakeSenders(tx, report.connectionId, changed.pid);
  // One that Entra contradicted was accepted before.
  if (report.mismatches === 0) observeAcceptance(report, now);
  return changed;
}

/** Entra shows what Microsoft accepted: keeps that on the device, and ends the report. */
export async function confirmReport(tx: SqlContext, report: DeliveryRow, device: EntraDevice, ids: CallIds): Promise<void> {
  await readOnDevice(tx.sql, report, device, "match", tx.now());
  const says = { deviceId: report.deviceId, managed: device.managed, compliant: device.compliant, ...ids };
  await endConfirmed(tx, report, says, { device, at: tx.now() });
}

/** Ends a report whose effect is there. */
export async function endConfirmed(tx: SqlContext, report: DeliveryRow, details: object, readBack: object): Promise<void> {
  const changed = await changeReport(tx.sql, report, { state: "confirmed", nextAttemptAt: null, errorCode: "", errorDetail: "", readBack }, tx.now());
  if (changed) await insertReportEvent(tx.sql, report, "confirmed", details, tx.now());
}

async function keepAcceptance(tx: SqlContext, report: DeliveryRow): Promise<void> {
  const ends = report.kind === "retract";
  const tenantId = await findTenantOf(tx.sql, report.connectionId);
  await acceptOnDevice(tx.sql, report, reportKey({ ...report, tenantId }), ends ? null : report.hostId, tx.now());
  if (ends || report.hostId === null) return;
  // The host changed its device while this was under way: the one it had is taken leave of.
  const current = await findCurrentDevice(tx.sql, report.hostId);
  if (current !== null && current !== report.deviceId) await requestReassessment(tx, { hostIds: [report.hostId] }, "identity_changed");
}

/** Takes a report out instead of trying it again when something newer about its device waits. The device is held from here on. */
export async function giveWay(tx: SqlContext, report: DeliveryRow): Promise<boolean> {
  await lockDeviceRows(tx.sql, [report]);
  if (!(await hasNewerWaiting(tx.sql, report))) return false;
  await supersedeReports(tx.sql, [report.id], tx.now());
  return true;
}

async function tellFailingPolicies(tx: SqlContext, report: DeliveryRow): Promise<void> {
  if (report.compliant || report.kind !== "verdict" || report.transitionId === null) return;
  const failing = await listFailingPolicies(tx.sql, report.transitionId);
  await recordActivity(
    tx,
    failing.map(({ policyId, policyName }) => ({
      type: "ran_automation_conditional_access",
      hostId: report.hostId,
      details: { policy_id: policyId, policy_name: policyName, host_ids: [report.hostId], message_id: report.messageId },
    })),
  );
}

/** What went wrong with an attempt that Microsoft had taken. */
export interface Failure {
  code: ReportErrorCode;
  detail: string;
  state: "failed" | "mismatch";
  status?: string;
  details?: object;
  readBack?: object;
}

/** An attempt failed or had no effect: it is made anew after 1, 5, 15 and 60 minutes, and then an admin has to look. @returns false when somebody else moved the report meanwhile */
export async function retryLater(tx: SqlContext, report: DeliveryRow, failure: Failure): Promise<boolean> {
  const now = tx.now();
  if (await giveWay(tx, report)) return wakeNow(tx, report);
  const counts = { failures: report.failures + (failure.state === "failed" ? 1 : 0), mismatches: report.mismatches + (failure.state === "mismatch" ? 1 : 0) };
  const gapMs = failureGapMs(counts.failures + counts.mismatches);
  const words = { errorCode: failure.code, errorDetail: failure.detail, ...(failure.status && { microsoftStatus: failure.status }) };
  if (gapMs === null) return rest(tx, report, { ...failure, counts });
  const at = new Date(now.getTime() + gapMs);
  const changed = await changeReport(
    tx.sql,
    report,
    { state: failure.state, nextAttemptAt: at, ...counts, ...words, ...(failure.readBack && { readBack: failure.readBack }) },
    now,
  );
  if (!changed) return false;
  await insertReportEvent(tx.sql, report, failure.state, { code: failure.code, detail: failure.detail, messageId: report.messageId, ...failure.details }, now);
  await wakeSendersAt(tx, report.connectionId, at);
  return true;
}

/** A report that can't be delivered as it is rests: until what it says or whom it is about changes, the credential changes, an admin retries, or a day has passed. */
export async function rest(
  tx: SqlContext,
  report: DeliveryRow,
  why: Omit<Failure, "state"> & { counts?: { failures: number; mismatches: number } },
): Promise<boolean> {
  const now = tx.now();
  if (await giveWay(tx, report)) return wakeNow(tx, report);
  const at = new Date(now.getTime() + attentionRestMs);
  const changed = await changeReport(
    tx.sql,
    report,
    {
      state: "attention",
      nextAttemptAt: at,
      ...why.counts,
      errorCode: why.code,
      errorDetail: why.detail,
      ...(why.status && { microsoftStatus: why.status }),
      ...(why.readBack && { readBack: why.readBack }),
    },
    now,
  );
  if (!changed) return false;
  await insertReportEvent(tx.sql, report, "attention", { code: why.code, detail: why.detail, messageId: report.messageId, ...why.details }, now);
  await raiseReportAttention(tx, { ...report, reportId: report.id, code: why.code, detail: why.detail });
  await wakeSendersAt(tx, report.connectionId, at);
  return true;
}

async function wakeNow(tx: SqlContext, { connectionId }: DeliveryRow): Promise<true> {
  await wakeSendersAt(tx, connectionId, tx.now());
  return true;
}
