import { randomUUID } from "node:crypto";
import type { SqlContext } from "@/lib/context";
import { observeReportState } from "@/lib/metrics/observe-report";
import { planReport, priorityOf, type DesiredReport, type DeviceStanding, type LiveReport, type ReportPlan } from "./plan-report";
import {
  hurryReports,
  insertReportRows,
  loadDeviceStandings,
  loadLiveReports,
  lockDeviceRows,
  supersedeReports,
  type DeviceRef,
  type ReportWrite,
} from "./report-queue-queries";
import { settleReportAttention } from "./report-attention";
import { wakeSenders } from "./send-reports-declaration";

/**
 * Writes what Entra is to be told, and the wake-up of the senders, in the caller's transaction. Says nothing twice: see planReport.
 * With the provider `audit_only` the report is written as told at once (`confirmed`, Microsoft's status `audit_only`, without acceptance), and nothing is sent.
 */
export async function queueReports(tx: SqlContext, desired: readonly DesiredReport[]): Promise<void> {
  if (desired.length === 0) return;
  // Most states say nothing new: those are found without holding anything.
  const news = (await plan(tx, desired)).filter(({ plan: { supersede, hurry, write } }) => write || hurry !== null || supersede.length > 0);
  if (news.length === 0) return;
  const pressing = news.map(({ report }) => report);
  await lockDeviceRows(tx.sql, pressing);
  const plans = await plan(tx, pressing);

  await supersedeReports(
    tx.sql,
    plans.flatMap(({ plan: { supersede } }) => supersede),
    tx.now(),
  );
  const wakeUps = new Map<number, number>();
  const hurried = plans.flatMap(({ report, plan: { hurry } }) => (hurry === null ? [] : [{ report, id: hurry }]));
  const hurriedBy = await hurryReports(
    tx.sql,
    hurried.map(({ report, id }) => ({ id, priority: priorityOf(report) })),
    tx.now(),
  );
  if (hurriedBy !== null) for (const { report } of hurried) wakeUps.set(report.connectionId, hurriedBy);
  const toWrite = plans.filter(({ plan: { write } }) => write).map(({ report }) => report);
  if (toWrite.length > 0) {
    const pid = await insertReportRows(
      tx.sql,
      toWrite.map((report) => toRow(report, tx.now())),
      tx.now(),
    );
    observeReportState("queued", toWrite.filter(({ provider }) => provider !== "audit_only").length);
    for (const report of toWrite) if (report.provider !== "audit_only") wakeUps.set(report.connectionId, pid);
  }
  const quiet = plans.filter(({ plan: { write, supersede } }) => !write && supersede.length > 0);
  await settleReportAttention(
    tx,
    quiet.map(({ report }) => report),
  );
  for (const [connectionId, pid] of wakeUps) await wakeSenders(tx, connectionId, pid);
}

async function plan(tx: SqlContext, desired: readonly DesiredReport[]): Promise<{ report: DesiredReport; plan: ReportPlan }[]> {
  const live = groupBy(await loadLiveReports(tx.sql, desired));
  const standings = groupBy(await loadDeviceStandings(tx.sql, desired));
  return desired.map((report) => {
    const standing: DeviceStanding | undefined = standings.get(keyOf(report))?.[0];
    const about: LiveReport[] = live.get(keyOf(report)) ?? [];
    return { report, plan: planReport(report, about, standing ?? null, tx.now()) };
  });
}

function toRow(report: DesiredReport, now: Date): ReportWrite {
  const audited = report.provider === "audit_only";
  return {
    id: randomUUID(),
    host_id: report.hostId,
    host_name: report.hostName,
    connection_id: report.connectionId,
    provider: report.provider,
    transition_id: report.transitionId,
    kind: report.kind,
    cause: report.cause,
    device_id: report.deviceId,
    user_principal_name: report.userPrincipalName,
    device_name: report.deviceName,
    os_version: report.osVersion,
    managed: report.managed,
    compliant: report.compliant,
    priority: priorityOf(report),
    state: audited ? "confirmed" : "queued",
    microsoft_status: audited ? "audit_only" : "",
    last_check_in_time: report.lastCheckInTime,
    caused_at: report.causedAt,
    next_attempt_at: audited ? null : now,
    ended_at: audited ? now : null,
  };
}

function groupBy<Row extends DeviceRef>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function keyOf({ connectionId, deviceId }: DeviceRef): string {
  return `${connectionId} ${deviceId}`;
}
