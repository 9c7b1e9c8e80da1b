import { statement, type Sql } from "@/lib/db/sql";
import { observeReportState } from "@/lib/metrics/observe-report";

/** A report as the senders hold it. */
export interface DeliveryRow {
  id: string;
  hostId: number | null;
  hostName: string;
  connectionId: number;
  provider: string;
  transitionId: number | null;
  kind: string;
  state: string;
  deviceId: string;
  userPrincipalName: string;
  userObjectId: string;
  deviceName: string;
  osVersion: string;
  managed: boolean;
  compliant: boolean;
  messageId: string | null;
  lastUpdateTime: Date | null;
  lastCheckInTime: Date | null;
  attempts: number;
  polls: number;
  failures: number;
  mismatches: number;
  errorCode: string;
  causedAt: Date;
  createdAt: Date;
  sentAt: Date | null;
}

const columns = `r.id::text as id, r.host_id as "hostId", r.host_name as "hostName", r.connection_id as "connectionId", r.provider, r.transition_id as "transitionId",
  r.kind, r.state, r.device_id as "deviceId", r.user_principal_name as "userPrincipalName", r.user_object_id as "userObjectId", r.device_name as "deviceName",
  r.os_version as "osVersion", r.managed, r.compliant, r.message_id::text as "messageId", r.last_update_time as "lastUpdateTime",
  r.last_check_in_time as "lastCheckInTime", r.attempts, r.polls, r.failures, r.mismatches, r.error_code as "errorCode", r.caused_at as "causedAt", r.created_at as "createdAt", r.sent_at as "sentAt"`;

// One device's live reports are told apart by what their state isn't: a list of what it is would let a plan that is made while nothing waits, and kept, look for the
// states instead of the device, and walk through a flood's every report.
//
// Due: waiting and its time has come, or left behind by a sender that died. One that is about a device whose last message is still going out waits.
const isDue = `r.connection_id = $1::int and r.ended_at is null and r.state in ('queued', 'failed', 'mismatch', 'attention', 'uploading')
  and r.next_attempt_at <= $2::timestamptz
  and not exists (select 1 from compliance_reports f where f.connection_id = r.connection_id and f.device_id = r.device_id and f.id <> r.id and f.ended_at is null and (
    (f.state = 'uploading' and f.next_attempt_at > $2::timestamptz)
    or (f.state = 'submitted' and f.sent_at > $2::timestamptz - interval '10 seconds')
    or (r.state = 'uploading' and f.state = 'queued')))`;

const lockLane = statement("compliance.lock_lane", "select pg_advisory_xact_lock(7341, $1::int)::text as ok");

/** Lets one sender of a connection choose at a time, over all instances; until the transaction ends. */
export async function lockLaneOf(sql: Sql, connectionId: number): Promise<void> {
  await sql.rows(lockLane, [connectionId]);
}

/** SQL: of a report, that it waits to be sent; literal, so that the indexes of what is due and of what rests serve it. */
export const waiting = "ended_at is null and state in ('queued', 'failed', 'mismatch', 'attention', 'uploading')";

// An array, not a subquery: the rows are then found by their ids, however large the table is.
const wake = statement(
  "compliance.wake_rested",
  `update compliance_reports set resting = false where id = any(array(
     select id from compliance_reports where connection_id = $1::int and ${waiting} and resting and next_attempt_at <= $2::timestamptz
     order by next_attempt_at limit 1000 for update skip locked)) returning 1 as ok`,
);

/** Puts reports whose time has come among those that are due; on its own, because it holds reports without their devices. */
export async function wakeRestedReports(sql: Sql, connectionId: number, now: Date): Promise<void> {
  await sql.rows(wake, [connectionId, now]);
}

const laneState = statement(
  "compliance.read_lane",
  `select e.state, e.paused_until as "pausedUntil",
     (select p.free_at from entra_paces p where p.connection_id = e.id and p.audience = 'intune') as "freeAt",
     (select count(*)::int from compliance_reports u where u.connection_id = e.id and u.state = 'uploading' and u.ended_at is null and u.resting and u.next_attempt_at > $2::timestamptz) as busy
   from entra_connections e where e.id = $1::int`,
);

/** A connection's sending: how many reports are out, and when the next call may go out. */
export interface LaneRow {
  state: string;
  pausedUntil: Date | null;
  freeAt: Date | null;
  busy: number;
}

/** Whether and how much a connection is sending; null when it is gone. */
export async function readLane(sql: Sql, connectionId: number, now: Date): Promise<LaneRow | null> {
  return (await sql.rows<LaneRow>(laneState, [connectionId, now]))[0] ?? null;
}

const pickDue = statement(
  "compliance.pick_due_report",
  `select r.id::text as id, r.device_id as "deviceId" from compliance_reports r where ${isDue} and not r.resting and ($3::bool or r.kind in ('release', 'lock'))
   order by r.priority desc, r.caused_at, r.id limit 1`,
);

/** The report to send next: most urgent first, then longest waiting. `everything` false: only what takes leave of the tenant. */
export async function pickDueReport(sql: Sql, connectionId: number, now: Date, everything: boolean): Promise<{ id: string; deviceId: string } | null> {
  return (await sql.rows<{ id: string; deviceId: string }>(pickDue, [connectionId, now, everything]))[0] ?? null;
}

const nextDue = statement(
  "compliance.find_next_due",
  `select least(
     (select min(next_attempt_at) from compliance_reports where connection_id = $1::int and ${waiting} and resting),
     (select min(f.sent_at) + interval '10 seconds' from compliance_reports f
      where f.connection_id = $1::int and f.state = 'submitted' and f.ended_at is null and f.sent_at > $2::timestamptz - interval '10 seconds'
        and exists (select 1 from compliance_reports r where r.connection_id = f.connection_id and r.device_id = f.device_id and r.id <> f.id
          and r.ended_at is null and r.state not in ('submitted', 'completed') and r.next_attempt_at <= $2::timestamptz))) as at`,
);

/** When the next report of a connection becomes due, if any waits for its time. */
export async function findNextDue(sql: Sql, connectionId: number, now: Date): Promise<Date | null> {
  return (await sql.rows<{ at: Date | null }>(nextDue, [connectionId, now]))[0]?.at ?? null;
}

const take = statement(
  "compliance.take_report",
  `with mine as (select r.id, r.message_id, r.state, r.connection_id, r.device_id from compliance_reports r where r.id = $3::uuid and ${isDue} for update skip locked),
   fresh as (select m.id from mine m where m.message_id is null or m.state not in ('queued', 'uploading')),
   stamped as (
     update entra_devices d set last_update_time = greatest($2::timestamptz, d.last_update_time + interval '1 millisecond')
     from mine m join fresh f on f.id = m.id where d.connection_id = m.connection_id and d.device_id = m.device_id returning d.last_update_time),
   overtaken as (
     update compliance_reports o set state = 'superseded', ended_at = $2::timestamptz, next_attempt_at = null from mine m
     where o.connection_id = m.connection_id and o.device_id = m.device_id and o.id <> m.id and o.ended_at is null and o.state not in ('queued', 'failed', 'mismatch', 'attention')
     returning o.id, o.host_id),
   told as (insert into report_events (report_id, host_id, at, type, details) select id, host_id, $2::timestamptz, 'superseded', '{}'::jsonb from overtaken returning 1)
   update compliance_reports r set state = 'uploading', attempts = r.attempts + 1, polls = 0, next_attempt_at = $4::timestamptz, resting = true,
     message_id = case when exists (select 1 from fresh) then $5::uuid else r.message_id end,
     last_update_time = case when exists (select 1 from fresh) then (select last_update_time from stamped) else r.last_update_time end,
     user_object_id = case when exists (select 1 from fresh) then '' else r.user_object_id end,
     last_check_in_time = coalesce(r.last_check_in_time, r.created_at)
   from mine m where r.id = m.id
   returning ${columns}`,
);

/**
 * Takes a report to send it: a new attempt gets `messageId` and the device's next ordering stamp, a repeated one keeps both. What was on its way about the same device is
 * overtaken. The device's row must be held. @returns null when it isn't due any more
 */
export async function takeReport(
  sql: Sql,
  report: { id: string; connectionId: number },
  now: Date,
  leaseUntil: Date,
  messageId: string,
): Promise<DeliveryRow | null> {
  return (await sql.rows<DeliveryRow>(take, [report.connectionId, now, report.id, leaseUntil, messageId]))[0] ?? null;
}

const remember = statement(
  "compliance.remember_report_user",
  "update compliance_reports set user_object_id = $2::text where id = $1::uuid and state = 'uploading' returning 1 as ok",
);

/** Keeps whom a report is about before it goes out, so that a second try says the same. */
export async function rememberReportUser(sql: Sql, reportId: string, userObjectId: string): Promise<void> {
  await sql.rows(remember, [reportId, userObjectId]);
}

const find = statement("compliance.find_delivery", `select ${columns} from compliance_reports r where r.id = $1::uuid and r.ended_at is null`);

/** A report that hasn't ended, or null. */
export async function findLiveReport(sql: Sql, reportId: string): Promise<DeliveryRow | null> {
  return (await sql.rows<DeliveryRow>(find, [reportId]))[0] ?? null;
}

const takeLook = statement(
  "compliance.take_look",
  `update compliance_reports r set polls = r.polls + 1, next_attempt_at = $4::timestamptz
   where r.id = $1::uuid and r.state = $2::text and r.ended_at is null and r.polls = $3::int returning ${columns}`,
);

/** Takes one look at a report's fate, if nobody else took the same one. `nextAt`: when the next is due. */
export async function takeLookAt(sql: Sql, report: DeliveryRow, nextAt: Date): Promise<DeliveryRow | null> {
  return (await sql.rows<DeliveryRow>(takeLook, [report.id, report.state, report.polls, nextAt]))[0] ?? null;
}

const dueLooks = statement(
  "compliance.take_due_looks",
  `update compliance_reports r set polls = r.polls + 1,
     next_attempt_at = $3::timestamptz + make_interval(secs => ($5::float8[])[least(r.polls + 1, cardinality($5::float8[]))] / 1000)
   where r.id = any(array(select id from compliance_reports where connection_id = $1::int and state = $2::text and state in ('submitted', 'completed') and ended_at is null and next_attempt_at <= $3::timestamptz
     and id is distinct from $4::uuid order by next_attempt_at limit $6::int for update skip locked))
   returning ${columns}, r.next_attempt_at as "nextAttemptAt"`,
);

/** Takes the looks that are due at reports of a connection in one state but the one with this id, longest due first. `gapsMs`: until the next look, by looks so far. */
export async function takeDueLooks(
  sql: Sql,
  of: { connectionId: number; state: string; id?: string },
  now: Date,
  gapsMs: readonly number[],
  most: number,
): Promise<(DeliveryRow & { nextAttemptAt: Date })[]> {
  return sql.rows(dueLooks, [of.connectionId, of.state, now, of.id ?? null, gapsMs, most]);
}

const backlog = statement(
  "compliance.has_backlog",
  `select count(*)::int >= $2::int as "isBacklogged" from (select 1 from compliance_reports where connection_id = $1::int and ${waiting} and not resting
     order by priority desc, caused_at, id limit $2::int) first`,
);

/** Whether at least so many reports of a connection are due. */
export async function hasBacklog(sql: Sql, connectionId: number, reports: number): Promise<boolean> {
  return (await sql.rows<{ isBacklogged: boolean }>(backlog, [connectionId, reports]))[0]?.isBacklogged ?? false;
}

/** What a report becomes. Absent fields stay. */
export interface ReportChange {
  state: "queued" | "submitted" | "completed" | "confirmed" | "mismatch" | "failed" | "attention";
  nextAttemptAt: Date | null;
  failures?: number;
  mismatches?: number;
  errorCode?: string;
  errorDetail?: string;
  microsoftStatus?: string;
  readBack?: object;
}

const change = statement(
  "compliance.change_report",
  `update compliance_reports r set state = $4::text, next_attempt_at = $5::timestamptz, resting = coalesce($5::timestamptz > $12::timestamptz, false), failures = coalesce($6::int, r.failures), mismatches = coalesce($7::int, r.mismatches),
     error_code = coalesce($8::text, r.error_code), error_detail = coalesce($9::text, r.error_detail), microsoft_status = coalesce($10::text, r.microsoft_status),
     read_back = coalesce($11::text::jsonb, r.read_back), polls = 0,
     sent_at = case when $4::text = 'submitted' then $12::timestamptz else r.sent_at end,
     accepted_at = case when $4::text in ('completed', 'confirmed') then coalesce(r.accepted_at, $12::timestamptz) else r.accepted_at end,
     confirmed_at = case when $4::text = 'confirmed' then $12::timestamptz else r.confirmed_at end,
     ended_at = case when $4::text = 'confirmed' then $12::timestamptz end
   where r.id = $1::uuid and r.state = $2::text and r.message_id is not distinct from $3::uuid and r.ended_at is null
   returning ${columns}, pg_backend_pid()::int as pid`,
);

/** Moves a report on from the state and attempt that the caller saw. @returns the changed row with the database connection's number, or null when somebody else moved it */
export async function changeReport(sql: Sql, seen: DeliveryRow, to: ReportChange, now: Date): Promise<(DeliveryRow & { pid: number }) | null> {
  const values = [seen.id, seen.state, seen.messageId, to.state, to.nextAttemptAt, to.failures ?? null, to.mismatches ?? null];
  const words = [to.errorCode ?? null, to.errorDetail ?? null, to.microsoftStatus ?? null, to.readBack ? JSON.stringify(to.readBack) : null, now];
  const changed = (await sql.rows<DeliveryRow & { pid: number }>(change, [...values, ...words]))[0] ?? null;
  if (changed && to.state !== seen.state) observeReportState(to.state);
  return changed;
}

const tell = statement(
  "compliance.tell_report_event",
  `insert into report_events (report_id, host_id, at, type, details) values ($1::uuid, $2::int, $3::timestamptz, $4::text, $5::text::jsonb) returning 1 as ok`,
);

/** Writes down what happened to a report. */
export async function insertReportEvent(sql: Sql, report: { id: string; hostId: number | null }, type: string, details: object, now: Date): Promise<void> {
  await sql.rows(tell, [report.id, report.hostId, now, type, JSON.stringify(details)]);
}

const newerWaiting = statement(
  "compliance.has_newer_waiting",
  `select 1 as ok from compliance_reports where connection_id = $1::int and device_id = $2::text and id <> $3::uuid and ended_at is null
     and state not in ('uploading', 'submitted', 'completed') limit 1`,
);

/** Whether another report about the same device waits; it was decided later. */
export async function hasNewerWaiting(sql: Sql, report: DeliveryRow): Promise<boolean> {
  return (await sql.rows(newerWaiting, [report.connectionId, report.deviceId, report.id])).length > 0;
}
