import type { SqlContext } from "@/lib/context";
import type { ReassessmentCause } from "@/lib/teams/request-reassessment";
import type { AssessedHost } from "./assess-hosts";
import type { HostFactsRow } from "./assessment-queries";
import { endFormerDevices } from "./end-former-devices";
import type { DesiredReport, ReportKind } from "./plan-report";
import { queueReports } from "./queue-reports";
import { listToldDevices, listWaitingVerdicts, loadResyncInstants, supersedeReports } from "./report-queue-queries";

/** An unchanged state is told again when Entra was told longer ago than this, so that drift heals. */
export const freshnessMs = 24 * 60 * 60 * 1000;

/** Turns verdicts into reports: what is decided about a registered host is told; a device a host no longer has is retracted first. */
export async function reportVerdicts(tx: SqlContext, assessed: readonly AssessedHost[], cause: ReassessmentCause, causedAt: Date): Promise<void> {
  await endFormerDevices(
    tx,
    assessed.map(({ row }) => row),
    cause,
    causedAt,
  );
  const resyncBefore = cause === "resync" ? await loadResyncInstants(tx.sql) : new Map<number, Date>();
  const desired = assessed.flatMap((host): DesiredReport[] => {
    const report = desiredReport(host, cause, causedAt);
    if (!report) return [];
    const repeatBefore = cause === "freshness" ? new Date(tx.now().getTime() - freshnessMs) : (resyncBefore.get(report.connectionId) ?? null);
    return [{ ...report, repeatBefore }];
  });
  await silence(tx, assessed);
  await queueReports(tx, desired);
  const moved = cause === "host_transferred" ? assessed.filter(({ row }) => !row.teamOn) : [];
  await queueTeamOffReports(
    tx,
    moved.flatMap(({ row, lastSeen }) => teamOffReport(row, lastSeen, row.onDisable, cause, causedAt) ?? []),
  );
}

/** Queues what a team that is off has Entra believe, about the devices Entra was ever told about. */
export async function queueTeamOffReports(tx: SqlContext, reports: readonly DesiredReport[]): Promise<void> {
  const told = new Set((await listToldDevices(tx.sql, reports)).map(({ connectionId, deviceId }) => `${connectionId} ${deviceId}`));
  await queueReports(
    tx,
    reports.filter(({ connectionId, deviceId }) => told.has(`${connectionId} ${deviceId}`)),
  );
}

/** A host in conflict, or of a team that is off, has nothing more to say: what waits of it is taken out. */
async function silence(tx: SqlContext, assessed: readonly AssessedHost[]): Promise<void> {
  const silenced = assessed.filter(({ row }) => row.inConflict || (!row.teamOn && row.accessState !== null && row.decision !== "undecided"));
  if (silenced.length === 0) return;
  const waiting = await listWaitingVerdicts(
    tx.sql,
    silenced.map(({ row }) => row.hostId),
  );
  await supersedeReports(tx.sql, waiting, tx.now());
}

function desiredReport({ row, verdict, lastSeen, transitionId }: AssessedHost, cause: ReassessmentCause, causedAt: Date): DesiredReport | null {
  if (!row.teamOn || verdict.decision === "undecided" || verdict.reasons.some(({ code }) => code === "platform_not_reported")) return null;
  const about = aboutDevice(row, lastSeen, cause, causedAt);
  if (!about || row.inConflict) return null;
  return { ...about, transitionId, kind: kindOf(cause, transitionId), managed: verdict.managed, compliant: verdict.decision === "compliant" };
}

/** What a team that goes off, or that a host moves to while it is off, has Entra believe; null to leave it as it is. Released hosts count as managed, or Entra would keep them out all the same. */
export function teamOffReport(
  row: HostFactsRow,
  lastSeen: Date | null,
  choice: "leave" | "release" | "lock",
  cause: string,
  causedAt: Date,
): DesiredReport | null {
  const about = aboutDevice(row, lastSeen, cause, causedAt);
  if (!about || row.inConflict || choice === "leave") return null;
  return choice === "release"
    ? { ...about, kind: "release", managed: true, compliant: true }
    : { ...about, kind: "lock", managed: row.managed ?? false, compliant: false };
}

type About = Omit<DesiredReport, "kind" | "managed" | "compliant">;

function aboutDevice(row: HostFactsRow, lastSeen: Date | null, cause: string, causedAt: Date): About | null {
  const { connectionId, provider, tenantId } = row;
  if (!row.reportable || connectionId === null || provider === null || tenantId === null) return null;
  if (!row.deviceId || row.identityState === null || row.identityState === "not_registered") return null;
  return {
    hostId: row.hostId,
    hostName: row.hostName,
    connectionId,
    provider: row.auditOnly ? "audit_only" : provider,
    tenantId,
    deviceId: row.deviceId,
    userPrincipalName: row.userPrincipalName,
    deviceName: row.hostName,
    osVersion: row.osVersion,
    lastCheckInTime: lastSeen ?? row.enrolledAt,
    cause,
    causedAt,
    transitionId: null,
    urgent: cause === "send_now" || row.refetchRequested,
    repeatBefore: null,
    retryAttention: cause === "connection_changed" || cause === "identity_changed" || cause === "send_now",
  };
}

function kindOf(cause: ReassessmentCause, transitionId: number | null): ReportKind {
  if (cause === "send_now") return "manual";
  if (transitionId !== null) return "verdict";
  if (cause === "freshness" || cause === "resync") return cause;
  return "verdict";
}
