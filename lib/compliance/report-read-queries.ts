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

const where = `from compliance_reports r left join hosts h on h.id = r.host_id
  where ($1::int is null or r.host_id = $1::int) and ($2::uuid is null or r.id = $2::uuid) and ($3::text is null or r.state = $3::text)
    and ($4::int[] is null or h.team_id = any($4::int[]))`;

const list = statement(
  "compliance.list_reports",
  `select r.id::text, r.host_id as "hostId", r.host_name as "hostName", h.team_id as "teamId", r.connection_id as "connectionId", r.provider, r.kind, r.cause, r.state,
     r.device_id as "deviceId", r.user_principal_name as "userPrincipalName", r.managed, r.compliant, r.message_id::text as "messageId", r.attempts,
     r.error_code as "errorCode", r.error_detail as "errorDetail", r.microsoft_status as "microsoftStatus", r.read_back as "readBack",
     r.next_attempt_at as "nextAttemptAt", r.caused_at as "causedAt", r.created_at as "createdAt", r.sent_at as "sentAt", r.accepted_at as "acceptedAt",
     r.confirmed_at as "confirmedAt", r.ended_at as "endedAt"
   ${where} order by r.created_at desc, r.id limit $5::int offset $6::int`,
);
const count = statement("compliance.count_reports", `select count(*)::int as count ${where}`);

function values({ hostId, reportId, state, teamIds }: ReportScope): unknown[] {
  return [hostId ?? null, reportId ?? null, state ?? null, teamIds];
}

/** One page of reports, newest first; without a limit all. */
export async function listReportRows(sql: Sql, filter: ReportScope, limit: number | null, offset: number): Promise<ReportRecord[]> {
  return sql.rows<ReportRecord>(list, [...values(filter), limit, offset]);
}

/** How many reports match. */
export async function countReportRows(sql: Sql, filter: ReportScope): Promise<number> {
  return (await sql.rows<{ count: number }>(count, values(filter)))[0]?.count ?? 0;
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
