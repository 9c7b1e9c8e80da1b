import type { DeviceCheck, DeviceFacts, DeviceReport } from "./device-page-queries";

/**
 * Where a person stands between "something is wrong" and "you can sign in":
 * fix (checks fail), waiting_answer (kept out until a check is answered), unmanaged, unregistered, first_check (no verdict yet),
 * sending, accepting (Microsoft has it), slow (it takes too long), done (accepted after being kept out), fine (nothing was wrong), excepted (let in for a while).
 */
export type DeviceMoment =
  "fix" | "waiting_answer" | "unmanaged" | "unregistered" | "first_check" | "sending" | "accepting" | "slow" | "done" | "fine" | "excepted";

/** The moment, and what overlays it: `silent` (the host isn't heard), `checking` (it was asked and hasn't answered). */
export interface DeviceStanding {
  moment: DeviceMoment;
  silent: boolean;
  checking: boolean;
}

/** A report that isn't accepted after this long is called slow. */
export const slowAfterMs = 60_000;
const doneForMs = 60 * 60_000;
const silentAfterMs = 120_000;
const waiting = new Set(["queued", "uploading", "submitted"]);
const stuck = new Set(["failed", "attention", "mismatch"]);

/** Decides what the person is told, from stored facts. Pure. */
export function decideDeviceMoment(facts: DeviceFacts, checks: readonly DeviceCheck[], report: DeviceReport | null, now: Date): DeviceStanding {
  const heardMsAgo = facts.seenAt ? now.getTime() - facts.seenAt.getTime() : Infinity;
  const silent = heardMsAgo > Math.max(silentAfterMs, facts.checkInSeconds * 3000);
  return { moment: momentOf(facts, checks, report, now), silent, checking: facts.refetchRequestedAt !== null };
}

function momentOf(facts: DeviceFacts, checks: readonly DeviceCheck[], report: DeviceReport | null, now: Date): DeviceMoment {
  const has = (code: string) => facts.reasons.some((reason) => reason.code === code);
  if (facts.accessState === "loose") return "unmanaged";
  if (facts.accessState === "held") return checks.some((check) => check.blocking && check.outcome === "fail") ? "fix" : "waiting_answer";
  if (has("exception")) return "excepted";
  if (!facts.gatingOn) return "fine";
  if (facts.accessState === null || facts.accessState === "unsure") return !facts.hasIdentity && facts.assessedAt ? "unregistered" : "first_check";
  if (!report || !report.compliant) return "fine";
  return deliveryOf(report, facts.changedAt, now);
}

function deliveryOf(report: DeviceReport, changedAt: Date | null, now: Date): DeviceMoment {
  if (stuck.has(report.state)) return "slow";
  if (waiting.has(report.state)) {
    if (now.getTime() - report.causedAt.getTime() > slowAfterMs) return "slow";
    return report.state === "submitted" ? "accepting" : "sending";
  }
  // Only somebody who was kept out lately needs to hear that it is over.
  const letIn = changedAt !== null && now.getTime() - changedAt.getTime() < doneForMs;
  return letIn && report.acceptedAt ? "done" : "fine";
}
