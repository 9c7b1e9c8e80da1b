import type { AccessState } from "./compliance-verdict";
import type { HostComplianceFacts, ReportFacts } from "./host-compliance-queries";

/** What stands at a step: an access state at the ends, a delivery mark in between. */
export type WaterlineMark = AccessState | "done" | "todo" | "running" | "warn" | "broken";

/** One of the four facts between a verdict and the sign-in. `note` goes with the time `at`; `remedy` stands under a step that broke. */
export interface WaterlineStep {
  title: "We decided" | "We sent" | "Microsoft" | "Entra says";
  value: string;
  mark: WaterlineMark;
  /** The line from here on is drawn as travelled. */
  done: boolean;
  /** ISO instant, or null. */
  at: string | null;
  note: string;
  remedy: string;
}

/** Entra's two flags in words. */
export function flagsInWords(managed: boolean, compliant: boolean): string {
  if (managed) return compliant ? "Managed, compliant" : "Managed, not compliant";
  return compliant ? "Not managed, compliant" : "Not managed, not compliant";
}

/** The four facts in their fixed order: We decided → We sent → Microsoft → Entra says. Pure; the page adds the times. */
export function describeWaterline(facts: HostComplianceFacts): WaterlineStep[] {
  return [decided(facts), sent(facts), microsoft(facts), entra(facts)];
}

function decided({ accessState, managed, decision, changedAt }: HostComplianceFacts): WaterlineStep {
  const step = { title: "We decided" as const, mark: accessState ?? "unsure", at: changedAt?.toISOString() ?? null, note: "", remedy: "" };
  if (!decision || decision === "undecided")
    return { ...step, value: "Nothing yet", done: false, note: decision ? "waiting for an answer" : "not assessed yet" };
  return { ...step, value: flagsInWords(managed ?? false, decision === "compliant"), done: true };
}

function sent(facts: HostComplianceFacts): WaterlineStep {
  const { report, decision } = facts;
  const step = { title: "We sent" as const, at: null, note: "", remedy: "", done: false };
  if (!report) {
    if (!facts.deviceId) return { ...step, value: "Nothing to send", mark: "todo", note: "no Entra identity yet" };
    if (!facts.teamOn) return { ...step, value: "Nothing to send", mark: "todo", note: `conditional access is off for ${facts.teamName}` };
    if (facts.connectionId === null) return { ...step, value: "Nobody to tell", mark: "todo", note: "no tenant is connected" };
    return { ...step, value: "Nothing yet", mark: "todo", note: decision === "undecided" ? "waiting for a verdict" : "" };
  }
  if (report.provider === "audit_only")
    return { ...step, value: "Only noted", mark: "done", done: true, at: report.createdAt, note: "audit only: nothing leaves this server" };
  const compliant = decision === "compliant";
  const same = decision === null || decision === "undecided" || (report.compliant === compliant && report.managed === (facts.managed ?? false));
  if (report.state === "queued" || report.state === "uploading") return waiting(facts, report);
  if (report.sentAt === null) return stopped(report);
  const words = same
    ? decision === "undecided"
      ? flagsInWords(report.managed, report.compliant)
      : "The same"
    : flagsInWords(report.managed, report.compliant);
  return {
    ...step,
    value: words,
    mark: same ? "done" : "warn",
    done: true,
    at: report.sentAt,
    note: tries(report.attempts),
    remedy: same ? "" : "An older answer was sent last; the new one goes out next.",
  };
}

function waiting({ connectionState, pausedUntil }: HostComplianceFacts, report: ReportFacts): WaterlineStep {
  const step = { title: "We sent" as const, done: false, remedy: "", at: null };
  if (connectionState !== null && connectionState !== "connected" && connectionState !== "degraded") {
    return {
      ...step,
      value: "Waits",
      mark: "warn",
      note: "the connection to Microsoft isn’t ready",
      remedy: "See Settings, Conditional access. The report goes out by itself once that works.",
    };
  }
  if (report.state === "uploading") return { ...step, value: "Sending", mark: "running", at: report.createdAt, note: tries(report.attempts) };
  if (report.errorCode === "waiting_for_person") {
    return { ...step, value: "Waits", mark: "running", note: "for the person to register the device" };
  }
  if (report.attempts === 0) return { ...step, value: "Queued", mark: "running", at: report.createdAt, note: "goes out next" };
  const until = report.nextAttemptAt ?? pausedUntil?.toISOString() ?? null;
  return {
    ...step,
    value: "Tries again",
    mark: "warn",
    at: until,
    note: plainError(report),
    remedy: "Nothing to do: it tries again by itself. Nobody’s access changes meanwhile.",
  };
}

function stopped(report: ReportFacts): WaterlineStep {
  return { title: "We sent", value: "Stopped", mark: "broken", done: false, at: report.createdAt, note: plainError(report), remedy: remedyOf(report) };
}

function microsoft({ report }: HostComplianceFacts): WaterlineStep {
  const step = { title: "Microsoft" as const, at: null, note: "", remedy: "", done: false };
  if (!report || report.provider === "audit_only" || report.sentAt === null) return { ...step, value: "Not asked", mark: "todo" };
  if (report.acceptedAt)
    return { ...step, value: "Accepted", mark: "done", done: true, at: report.acceptedAt, note: `${seconds(report.sentAt, report.acceptedAt)} later` };
  if (report.state === "attention") return { ...step, value: "Refused", mark: "broken", note: plainError(report), remedy: remedyOf(report) };
  if (report.state === "failed") {
    return { ...step, value: "Failed", mark: "warn", at: report.nextAttemptAt, note: plainError(report), remedy: "Nothing to do: it tries again by itself." };
  }
  return { ...step, value: "Hasn’t answered", mark: "running", at: report.sentAt, note: "asked until it does" };
}

function entra(facts: HostComplianceFacts): WaterlineStep {
  const { report, readAt, readCompliant, readManaged } = facts;
  const step = { title: "Entra says" as const, done: false, remedy: "" };
  if (facts.readState === "missing") {
    const remedy = "Someone may have deleted it. Ask the person to register the Mac again; the verdict is sent as soon as the new id is seen.";
    return { ...step, value: "Doesn’t know it", mark: "broken", at: readAt?.toISOString() ?? null, note: "the device is gone from Entra", remedy };
  }
  if (!readAt) return { ...step, value: "Not read yet", mark: "todo", at: null, note: report?.acceptedAt ? "read back within a minute" : "" };
  const agrees = facts.readState !== "mismatch" && (report?.state !== "mismatch" || readAt.toISOString() > (report.acceptedAt ?? ""));
  const value = readCompliant ? "Compliant" : "Not compliant";
  const at = readAt.toISOString();
  // Graph lags behind the partner service: only after several looks is another answer a disagreement.
  if (facts.readState === "mismatch" && report?.state === "completed") {
    return { ...step, value, mark: "running", at, note: "not yet what was accepted; read again within a minute" };
  }
  const pending = report?.acceptedAt !== null && report?.acceptedAt !== undefined && report.acceptedAt > at;
  if (pending) return { ...step, value, mark: "running", at, note: "before this report; read again soon" };
  if (report?.state === "mismatch" || !agrees) {
    return {
      ...step,
      value,
      mark: "warn",
      at,
      note: "not what was accepted",
      remedy: "It is sent again by itself, three times a day at most. If it stays, look for another MDM authority or a manual change in Intune.",
    };
  }
  return { ...step, value, mark: readCompliant ? "in" : readManaged === false ? "loose" : "held", at, note: "agrees" };
}

function tries(attempts: number): string {
  if (attempts <= 1) return "first try";
  return `${attempts} tries`;
}

function seconds(from: string, to: string): string {
  const s = Math.max(0, (new Date(to).getTime() - new Date(from).getTime()) / 1000);
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  return `${Math.round(s / 60)} min`;
}

function plainError(report: ReportFacts): string {
  return report.errorDetail || report.errorCode.replaceAll("_", " ") || "no reason was given";
}

const remedies: Record<string, string> = {
  user_not_found: "Entra has no such user. Correct the person’s name on the Mac, then press Send now.",
  device_not_found: "Entra doesn’t know this device any more. Ask the person to register the Mac again; the verdict is sent as soon as the new id is seen.",
  forbidden: "A permission is missing. See Settings, Conditional access, then press Send now.",
};

function remedyOf(report: ReportFacts): string {
  return remedies[report.errorCode] ?? "It isn’t tried again by itself for 24 hours. Mend the cause, then press Send now.";
}
