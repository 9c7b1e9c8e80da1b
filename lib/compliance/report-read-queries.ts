import { statement, type Sql } from "@/lib/db/sql";

/** A report as it is shown and answered. */
export interface ReportRecord {
  id: string;
  hostId: number | null;
  hostName: string;
  teamId: number | null;
  connectionId: number;
  provider: string;
  kind: string;
  cause: string;
  state: string;
  deviceId: string;
  userPrincipalName: string;
  managed: boolean;
  compliant: boolean;
  messageId: string | null;
  attempts: number;
  errorCode: string;
  errorDetail: string;
  microsoftStatus: string;
  readBack: Record<string, unknown> | null;
  nextAttemptAt: Date | null;
  causedAt: Date;
  createdAt: Date;
  sentAt: Date | null;
  acceptedAt: Date | null;
  confirmedAt: Date | null;
  endedAt: Date | null;
}

/** Which reports; newest first. */
export interface ReportFilter {
  hostId?: number;
  reportId?: string;
  state?: string;
  teamId?: number;
}

/** The filter with the teams it is narrowed to, in place of the one it names; null is every team, and hosts that were deleted. */
export interface ReportScope extends Omit<ReportFilter, "teamId"> {
  teamIds: number[] | null;
}

const columns = `
  r.id::text, r.host_id as "hostId", r.host_name as "hostName", h.team_id as "teamId", r.connection_id as "connectionId", r.provider, r.kind, r.cause, r.state,
  r.device_id as "deviceId", r.user_principal_name as "userPrincipalName", r.managed, r.compliant, r.message_id::text as "messageId", r.attempts,
  r.error_code as "errorCode", r.error_detail as "errorDetail", r.microsoft_status as "microsoftStatus", r.read_back as "readBack",
  r.next_attempt_at as "nextAttemptAt", r.caused_at as "causedAt", r.created_at as "createdAt", r.sent_at as "sentAt", r.accepted_at as "acceptedAt",
  r.confirmed_at as "confirmedAt", r.ended_at as "endedAt"`;

/** Where a list of reports goes on: behind the report of this time and id. */
export interface ReportCursor {
  createdAt: string;
  id: string;
}

// Only what is asked for stands in the statement, so that it is planned for it: one host's reports, or everybody's newest.
function from({ hostId, reportId, state, teamIds }: ReportScope, after: ReportCursor | null): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = [
    hostId === undefined ? [] : [`r.host_id = ${bind(hostId)}::int`],
    reportId === undefined ? [] : [`r.id = ${bind(reportId)}::uuid`],
    state === undefined ? [] : [`r.state = ${bind(state)}::text`],
    teamIds === null ? [] : [`h.team_id = any(${bind(teamIds)}::int[])`],
    after === null ? [] : behind(bind(after.createdAt), bind(after.id)),
  ].flat();
  return {
    text: `from compliance_reports r left join host_places h on h.host_id = r.host_id ${where.length > 0 ? `where ${where.join(" and ")}` : ""}`,
    values,
  };
}

function behind(createdAt: string, id: string): string[] {
  return [`r.created_at <= ${createdAt}::timestamptz`, `(r.created_at < ${createdAt}::timestamptz or r.id > ${id}::uuid)`];
}

/** One page of reports, newest first; without a limit all. */
export async function listReportRows(
  sql: Sql,
  filter: ReportScope,
  limit: number | null,
  offset: number,
  after: ReportCursor | null = null,
): Promise<ReportRecord[]> {
  const { text, values } = from(filter, after);
  values.push(limit, offset);
  const page = `order by r.created_at desc, r.id limit $${values.length - 1}::int offset $${values.length}::int`;
  return sql.rows<ReportRecord>(statement("", `select ${columns} ${text} ${page}`), values);
}

/** How many reports match. */
export async function countReportRows(sql: Sql, filter: ReportScope): Promise<number> {
  const { text, values } = from(filter, null);
  return (await sql.rows<{ count: number }>(statement("", `select count(*)::int as count ${text}`), values))[0]?.count ?? 0;
}

/** One thing that happened to a report. */
export interface ReportEventRecord {
  at: Date;
  type: string;
  details: Record<string, unknown>;
}

const events = statement("compliance.list_report_events", "select at, type, details from report_events where report_id = $1::uuid order by id");

/** What happened to a report, oldest first. */
export async function listReportEventRows(sql: Sql, reportId: string): Promise<ReportEventRecord[]> {
  return sql.rows<ReportEventRecord>(events, [reportId]);
}
