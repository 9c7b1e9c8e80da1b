import type { ReactNode } from "react";
import { Time } from "./time";

/** A reason as it is stored with a verdict; the codes are compliance's. */
export interface ShownReason {
  code: string;
  policyId?: number;
  policyName?: string;
  since?: string;
  until?: string;
}

/** A reason in few words, for a table's cell. */
export function ShortReason({ reason }: { reason: ShownReason }): ReactNode {
  const policy = reason.policyName ? `“${reason.policyName}”` : "A policy";
  switch (reason.code) {
    case "policy_failed":
      return `${policy} fails`;
    case "policy_unknown":
      return `${policy} unanswered for too long`;
    case "policy_at_fault":
      return `${policy}: the query is at fault`;
    case "waiting_for_answer":
      return reason.until ? (
        <>
          {reason.policyName ? policy : "New policy"}: answer due by <Time at={reason.until} form="clock" />
        </>
      ) : (
        "Waiting for its first answers"
      );
    case "mdm_off":
      return reason.since ? (
        <>
          MDM is off since <Time at={reason.since} form="clock" />
        </>
      ) : (
        "MDM is off"
      );
    case "mdm_not_ours":
      return "Managed by another MDM";
    case "mdm_unknown":
      return "No word on MDM for too long";
    case "waiting_for_mdm":
      return "Waiting for word on MDM";
    case "stale":
      return reason.since ? (
        <>
          Silent since <Time at={reason.since} form="clock" />
        </>
      ) : (
        "Silent for too long"
      );
    case "exception":
      return reason.until ? (
        <>
          By exception until <Time at={reason.until} form="clock" />
        </>
      ) : (
        "By exception"
      );
    case "not_registered":
      return "No Entra identity yet";
    case "waiting_for_person":
      return "Waits for its person to register";
    case "conflict":
      return "Another host has its Entra id";
    case "team_off":
      return "Conditional access is off for the team";
    case "no_policies":
      return "No policy gates access";
    case "all_pass":
      return "Every gated policy passes";
    case "platform_not_reported":
      return "This platform isn’t reported";
    default:
      return reason.code.replaceAll("_", " ");
  }
}

/** Why a host is where it is, in one line: the first reason, and how many more. Never empty. */
export function Because({ reasons }: { reasons: ShownReason[] }) {
  const [first, ...more] = reasons;
  const title = reasons.map((reason) => [reason.policyName, reason.code.replaceAll("_", " ")].filter(Boolean).join(": ")).join("\n");
  return (
    <span className="tr muted" title={title || undefined}>
      {first ? <ShortReason reason={first} /> : "Not assessed yet"}
      {more.length > 0 && `, and ${more.length} more`}
    </span>
  );
}

/** What the last report about a host has come to. */
export interface ToldFacts {
  report: { state: string; provider: string; acceptedAt: string | null } | null;
  entraDisagrees: boolean;
  deviceId: string;
}

/** What Microsoft was told, in one or two words; `timed` adds when it accepted. */
export function Told({ report, entraDisagrees, deviceId, timed = false }: ToldFacts & { timed?: boolean }) {
  if (!report) return <span className="faint">{deviceId ? "Nothing yet" : "Nothing to send"}</span>;
  if (report.provider === "audit_only") return <span className="faint">Only noted</span>;
  if (entraDisagrees || report.state === "mismatch") return <span className="unsure">Entra disagrees</span>;
  switch (report.state) {
    case "attention":
      return <span className="unsure">Needs you</span>;
    case "failed":
      return <span className="unsure">Tries again</span>;
    case "queued":
    case "uploading":
      return <span className="muted">Sending</span>;
    case "submitted":
      return <span className="muted">Sent</span>;
    default:
      return timed && report.acceptedAt ? (
        <span>
          Accepted <Time at={report.acceptedAt} form="clock" />
        </span>
      ) : (
        <span>Accepted</span>
      );
  }
}
