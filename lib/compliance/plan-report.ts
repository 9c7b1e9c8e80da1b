import { coreKey, coreOf, reportKey, type ReportContent } from "./report-key";

const dayMs = 24 * 60 * 60 * 1000;

/** Why a report is written. */
export type ReportKind = "verdict" | "freshness" | "resync" | "manual" | "retract" | "release" | "lock";

/** What Entra should believe about one device from now on. */
export interface DesiredReport extends ReportContent {
  hostId: number;
  hostName: string;
  connectionId: number;
  lastCheckInTime: Date;
  kind: ReportKind;
  cause: string;
  causedAt: Date;
  transitionId: number | null;
  /** A person waits for it: goes before everything else, and ends a rest after failures. */
  urgent: boolean;
  /** Told again although nothing changed when Entra was told at this instant or before. */
  repeatBefore: Date | null;
  /** A setting changed that may mend what failed: a report that rests in attention is tried at once. */
  retryAttention: boolean;
}

/** A report about the device that hasn't ended. */
export interface LiveReport extends ReportContent {
  id: string;
  state: "queued" | "uploading" | "submitted" | "completed" | "mismatch" | "failed" | "attention";
}

/** What Microsoft accepted last about the device. `certain`: nothing was sent after it whose effect isn't known. */
export interface DeviceStanding {
  acceptedKey: string;
  acceptedAt: Date | null;
  detailsSentAt: Date | null;
  certain: boolean;
  /** The deciding part of what an audit-only report said last. */
  auditedCore: string;
}

/** What to do: take these reports out, hurry that one, write the new one. */
export interface ReportPlan {
  supersede: string[];
  hurry: string | null;
  write: boolean;
}

const waitingStates = new Set(["queued", "failed", "mismatch", "attention"]);
const nothing: ReportPlan = { supersede: [], hurry: null, write: false };

/**
 * Decides what a desired state asks of a device's reports: the same is not said twice, a waiting report that says something else gives way,
 * one that is on its way is followed. Pure.
 */
export function planReport(desired: DesiredReport, live: readonly LiveReport[], standing: DeviceStanding | null, now: Date): ReportPlan {
  const core = coreKey(desired);
  const waiting = live.filter(({ state }) => waitingStates.has(state));
  if (desired.provider === "audit_only") {
    return { supersede: waiting.map(({ id }) => id), hurry: null, write: standing?.auditedCore !== core };
  }
  const same = waiting.find((report) => coreKey(report) === core);
  const others = waiting.filter((report) => report !== same).map(({ id }) => id);
  if (same) {
    const rests = same.state === "attention";
    return { supersede: others, hurry: desired.urgent || (rests && desired.retryAttention) ? same.id : null, write: false };
  }
  const onItsWay = live.filter(({ state }) => !waitingStates.has(state));
  if (onItsWay.length > 0) {
    const saysSo = onItsWay.some((report) => coreKey(report) === core) && onItsWay.length === 1;
    return { supersede: others, hurry: null, write: !saysSo };
  }
  if (standing && standing.certain && coreOf(standing.acceptedKey) === core && !mustRepeat(desired, standing, now)) {
    return others.length > 0 ? { ...nothing, supersede: others } : nothing;
  }
  return { supersede: others, hurry: null, write: true };
}

function mustRepeat(desired: DesiredReport, standing: DeviceStanding, now: Date): boolean {
  if (desired.kind === "manual") return true;
  if (desired.repeatBefore && (!standing.acceptedAt || standing.acceptedAt <= desired.repeatBefore)) return true;
  const detailsChanged = standing.acceptedKey !== reportKey(desired);
  return detailsChanged && (!standing.detailsSentAt || now.getTime() - standing.detailsSentAt.getTime() >= dayMs);
}

/** How urgent a report is; larger goes first. A person who waits beats everything, letting in beats blocking, repeats come last. */
export function priorityOf({ kind, compliant, urgent }: Pick<DesiredReport, "kind" | "compliant" | "urgent">): number {
  const base = kind === "freshness" || kind === "resync" ? 0 : compliant ? 20 : 10;
  return urgent ? base + 100 : base;
}
