import type { Activity } from "./activity";
import { activitySentence, sentenceText } from "./activity-sentence";

const columns = ["id", "created_at", "actor_kind", "actor_id", "actor_name", "actor_email", "address", "type", "team_id", "host_id", "sentence", "details"];

/** What an export tells of an activity, in both formats: `sentence` in words, `details` whole. Times are ISO 8601 in UTC. */
function exportRow(activity: Activity): (string | number | null | object)[] {
  return [
    activity.id,
    activity.createdAt.toISOString(),
    activity.actorKind,
    activity.actorId,
    activity.actorName,
    activity.actorEmail,
    activity.address,
    activity.type,
    activity.teamId,
    activity.hostId,
    sentenceText(activitySentence(activity)),
    activity.details,
  ];
}

/** The first line of the CSV. */
export const activityCsvHeader = `${columns.join(",")}\r\n`;

/** An activity as a line of CSV (RFC 4180). */
export function activityCsvLine(activity: Activity): string {
  return `${exportRow(activity)
    .map((value) => csvCell(value === null ? "" : typeof value === "object" ? JSON.stringify(value) : value))
    .join(",")}\r\n`;
}

/** An activity as a line of JSON. */
export function activityJsonLine(activity: Activity): string {
  const row = exportRow(activity);
  return `${JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, row[index]])))}\n`;
}

/**
 * One cell of CSV. Text that a spreadsheet would run as a formula gets an apostrophe in front, which spreadsheets don't show.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^\s*[=+\-@\t\r\n|%＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
