import { activitySentence, sentenceText } from "@/lib/activities/activity-sentence";
import { flagsInWords } from "./describe-waterline";
import type { TimelineRow } from "./host-compliance-queries";

/** An id that Microsoft or we gave, with its kind: `message 3f0a61c8-…`. */
export interface KindedId {
  kind: "message" | "request" | "device" | "report" | "policy";
  id: string;
}

const stateWords: Record<string, string> = { in: "let in", held: "blocked", unsure: "unknown", loose: "unmanaged", none: "new" };

const causes: Record<string, string> = {
  policy_results: "the host answered",
  identity_changed: "its Entra identity changed",
  mdm_changed: "device management changed",
  gated_policies_changed: "other policies gate access",
  policy_edited: "a policy was edited",
  policy_deleted: "a policy was deleted",
  label_changed: "its labels changed",
  team_switched: "the team’s switch was changed",
  host_transferred: "it moved to another team",
  exception_changed: "an exception was changed",
  connection_changed: "the connection changed",
  staleness: "it fell silent",
  grace_ended: "grace ended",
  policy_at_fault: "a policy’s query was found broken, or works again",
  freshness: "it was told again",
  resync: "Microsoft asked for everything again",
  send_now: "an admin sent it",
  host_deleted: "the host was deleted",
};

/** An access state inside a sentence. */
export function stateInWords(state: string): string {
  return stateWords[state] ?? state;
}

const text = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const words = (code: string) => code.replaceAll(/[_.]/g, " ");

function secondsBetween(from: unknown, to: Date): string {
  const ms = to.getTime() - new Date(text(from)).getTime();
  if (!Number.isFinite(ms) || ms < 0 || ms > 86_400_000) return "";
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** What a timeline entry says, and the id that proves it. An unknown type speaks by its own name. */
export function timelineSentence(row: TimelineRow): { sentence: string; id: KindedId | null } {
  if (row.source === "transition") return transition(row);
  if (row.source === "report") return reportEvent(row);
  return { sentence: deed(row), id: null };
}

function deed({ at, type, details, actorName }: TimelineRow): string {
  const words = sentenceText(
    activitySentence({
      id: 0,
      createdAt: at,
      actorKind: actorName ? "user" : "server",
      actorId: null,
      actorName,
      actorEmail: "",
      actorApiOnly: false,
      address: "",
      type,
      teamId: null,
      teamName: null,
      hostId: null,
      hostName: null,
      policyName: null,
      details,
    }),
  );
  return actorName ? `${actorName} ${words}` : sentenceCase(words);
}

function transition({ details, type }: TimelineRow): { sentence: string; id: KindedId | null } {
  const { from, to } = details;
  const because = causes[type] ?? words(type);
  const change = from === to ? `Still ${stateInWords(text(to))}` : `${sentenceCase(stateInWords(text(from)))} → ${stateInWords(text(to))}`;
  const policy = (details.reasons as { policyId?: number; policyVersion?: number }[] | undefined)?.find(({ policyId }) => policyId);
  return { sentence: `${change}: ${because}`, id: policy ? { kind: "policy", id: `${policy.policyId}, version ${policy.policyVersion ?? 1}` } : null };
}

interface ReportOfEvent {
  managed: boolean;
  compliant: boolean;
  kind: string;
  deviceId: string;
  messageId: string | null;
  causedAt: string;
  sentAt: string | null;
}

const why: Record<string, string> = {
  verdict: "",
  freshness: ", as a reminder",
  resync: ", as Microsoft asked",
  manual: ", on request",
  retract: ", because the host is gone",
  release: ", because the team was switched off",
  lock: ", because the team was switched off",
};

function reportEvent(row: TimelineRow): { sentence: string; id: KindedId | null } {
  const report = row.details.report as ReportOfEvent;
  const flags = flagsInWords(report.managed, report.compliant).toLowerCase();
  const detail = text(row.details.detail) || text(row.details.errorDetail) || words(text(row.details.code) || text(row.details.errorCode));
  const because = detail ? `: ${detail}` : "";
  const request = text(row.details.requestId);
  const requestId: KindedId | null = request ? { kind: "request", id: request } : null;
  const message = text(row.details.messageId) || report.messageId || "";
  const messageId: KindedId | null = message ? { kind: "message", id: message } : requestId;
  const device: KindedId = { kind: "device", id: report.deviceId };
  const own: KindedId | null = row.reportId ? { kind: "report", id: row.reportId } : null;
  switch (row.type) {
    case "queued":
      return { sentence: `Queued: ${flags}${why[report.kind] ?? ""}`, id: own };
    case "audited":
      return { sentence: `Noted, not sent: ${flags}`, id: own };
    case "delayed":
      return { sentence: `Waits${because}`, id: requestId ?? messageId ?? own };
    case "read":
      return { sentence: "No word on the message, so Entra itself was asked", id: requestId ?? device };
    case "uploading":
      return { sentence: `Sending: ${flags}`, id: messageId ?? own };
    case "sent":
    case "submitted":
      return { sentence: `Sent: ${flags}`, id: requestId ?? messageId };
    case "accepted":
    case "completed": {
      const after = secondsBetween(report.sentAt, row.at);
      return { sentence: after ? `Accepted by Microsoft, ${after} after sending` : "Accepted by Microsoft", id: messageId };
    }
    case "confirmed":
      return { sentence: `Entra says ${report.compliant ? "compliant" : "not compliant"}, as sent`, id: device };
    case "mismatch":
      return { sentence: `Entra says ${report.compliant ? "not compliant" : "compliant"}, which is not what was sent`, id: device };
    case "failed":
      return { sentence: `Microsoft failed it${because}`, id: messageId };
    case "attention":
      return { sentence: `Stopped, needs an admin${because}`, id: requestId ?? messageId ?? own };
    case "superseded":
      return { sentence: "Replaced by a newer verdict", id: own };
    case "retried":
    case "retry":
      return { sentence: `Sent again${why[report.kind] ?? ""}`, id: own };
    default:
      return { sentence: `${sentenceCase(words(row.type))}${because}`, id: requestId ?? messageId ?? own };
  }
}

function sentenceCase(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
