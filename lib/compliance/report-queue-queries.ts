import { statement, type Sql } from "@/lib/db/sql";
import type { DeviceStanding, LiveReport } from "./plan-report";

/** A device of a connection. */
export interface DeviceRef {
  connectionId: number;
  deviceId: string;
}

const lockDevices = statement(
  "compliance.lock_devices",
  `insert into entra_devices (connection_id, device_id)
   select distinct p.connection_id, p.device_id from unnest($1::int[], $2::text[]) as p (connection_id, device_id) order by 1, 2
   on conflict (connection_id, device_id) do update set device_id = excluded.device_id returning 1 as ok`,
);

/** Holds these devices until the transaction ends; makes their rows where they are new. */
export async function lockDeviceRows(sql: Sql, devices: readonly DeviceRef[]): Promise<void> {
  await sql.rows(lockDevices, columnsOf(devices));
}

const loadLive = statement(
  "compliance.load_live_reports",
  `select r.id::text as id, r.connection_id as "connectionId", r.state, r.provider, e.tenant_id as "tenantId", r.device_id as "deviceId",
     r.user_principal_name as "userPrincipalName", r.managed, r.compliant, r.device_name as "deviceName", r.os_version as "osVersion"
   from unnest($1::int[], $2::text[]) as p (connection_id, device_id)
   join compliance_reports r on r.connection_id = p.connection_id and r.device_id = p.device_id and r.ended_at is null
   join entra_connections e on e.id = r.connection_id`,
);

/** The reports about these devices that haven't ended. */
export async function loadLiveReports(sql: Sql, devices: readonly DeviceRef[]): Promise<(LiveReport & DeviceRef)[]> {
  return sql.rows(loadLive, columnsOf(devices));
}

const loadStandings = statement(
  "compliance.load_device_standings",
  `select p.connection_id as "connectionId", p.device_id as "deviceId", coalesce(d.accepted_key, '') as "acceptedKey", d.accepted_at as "acceptedAt",
     d.details_sent_at as "detailsSentAt", d.last_update_time is not distinct from r.last_update_time as certain,
     case when p.audited then coalesce((select json_build_array(a.provider, e.tenant_id, a.device_id, lower(a.user_principal_name), a.managed, a.compliant)::text
       from compliance_reports a where a.connection_id = p.connection_id and a.device_id = p.device_id and a.provider = 'audit_only'
       order by a.created_at desc limit 1), '') else '' end as "auditedCore"
   from unnest($1::int[], $2::text[], $3::bool[]) as p (connection_id, device_id, audited)
   join entra_connections e on e.id = p.connection_id
   left join entra_devices d on d.connection_id = p.connection_id and d.device_id = p.device_id
   left join compliance_reports r on r.id = d.accepted_report_id`,
);

/** What Microsoft accepted last about these devices. What an audit-only report said last is looked up for such reports alone. */
export async function loadDeviceStandings(sql: Sql, devices: readonly (DeviceRef & { provider: string })[]): Promise<(DeviceStanding & DeviceRef)[]> {
  const audited = devices.map(({ provider }) => provider === "audit_only");
  const rows = await sql.rows<DeviceStanding & DeviceRef>(loadStandings, [...columnsOf(devices), audited]);
  // PostgreSQL writes JSON with its own spaces.
  return rows.map((row) => ({ ...row, auditedCore: row.auditedCore && JSON.stringify(JSON.parse(row.auditedCore)) }));
}

/** A report as it is first written. */
export interface ReportWrite {
  id: string;
  host_id: number | null;
  host_name: string;
  connection_id: number;
  provider: string;
  transition_id: number | null;
  kind: string;
  cause: string;
  device_id: string;
  user_principal_name: string;
  device_name: string;
  os_version: string;
  managed: boolean;
  compliant: boolean;
  priority: number;
  state: "queued" | "confirmed";
  microsoft_status: string;
  last_check_in_time: Date;
  caused_at: Date;
  next_attempt_at: Date | null;
  ended_at: Date | null;
}

const insertReports = statement(
  "compliance.insert_reports",
  `with made as (
     insert into compliance_reports (id, host_id, host_name, connection_id, provider, transition_id, kind, cause, device_id, user_principal_name, device_name,
       os_version, managed, compliant, priority, state, microsoft_status, last_check_in_time, caused_at, created_at, next_attempt_at, ended_at)
     select v.id, v.host_id, v.host_name, v.connection_id, v.provider, v.transition_id, v.kind, v.cause, v.device_id, v.user_principal_name, v.device_name,
       v.os_version, v.managed, v.compliant, v.priority, v.state, v.microsoft_status, v.last_check_in_time, v.caused_at, $2::timestamptz, v.next_attempt_at, v.ended_at
     from jsonb_to_recordset($1::text::jsonb) as v (id uuid, host_id int, host_name text, connection_id int, provider text, transition_id bigint, kind text,
       cause text, device_id text, user_principal_name text, device_name text, os_version text, managed bool, compliant bool, priority int, state text,
       microsoft_status text, last_check_in_time timestamptz, caused_at timestamptz, next_attempt_at timestamptz, ended_at timestamptz)
     returning id, host_id, state, kind, cause, compliant, managed),
   told as (
     insert into report_events (report_id, host_id, at, type, details)
     select id, host_id, $2::timestamptz, case state when 'queued' then 'queued' else 'audited' end,
       jsonb_build_object('kind', kind, 'cause', cause, 'managed', managed, 'compliant', compliant) from made returning 1)
   select pg_backend_pid()::int as pid, (select count(*) from told)::int as told`,
);

/** Writes reports with their first event. @returns the number of the database connection, which names the wake-up */
export async function insertReportRows(sql: Sql, rows: ReportWrite[], now: Date): Promise<number> {
  return (await sql.rows<{ pid: number }>(insertReports, [JSON.stringify(rows), now]))[0]?.pid ?? 0;
}

const supersede = statement(
  "compliance.supersede_reports",
  `with gone as (
     update compliance_reports set state = 'superseded', ended_at = $2::timestamptz, next_attempt_at = null
     where id = any($1::uuid[]) and ended_at is null returning id, host_id),
   told as (insert into report_events (report_id, host_id, at, type, details) select id, host_id, $2::timestamptz, 'superseded', '{}'::jsonb from gone returning 1)
   select count(*)::int as gone from gone`,
);

/** Takes reports out because something newer is to be told. */
export async function supersedeReports(sql: Sql, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length > 0) await sql.rows(supersede, [ids, now]);
}

const hurry = statement(
  "compliance.hurry_reports",
  `update compliance_reports r set next_attempt_at = $3::timestamptz, resting = false, priority = greatest(r.priority, h.priority), state = case r.state when 'attention' then 'queued' else r.state end,
     failures = case r.state when 'attention' then 0 else r.failures end, mismatches = case r.state when 'attention' then 0 else r.mismatches end,
     message_id = case when r.state in ('queued', 'uploading') then r.message_id end
   from unnest($1::uuid[], $2::int[]) as h (id, priority)
   where r.id = h.id and r.ended_at is null and r.state not in ('uploading', 'submitted', 'completed') returning pg_backend_pid()::int as pid`,
);

/** Makes waiting reports due now, at least as urgent as given. @returns the number of the database connection, or null when none was waiting */
export async function hurryReports(sql: Sql, reports: readonly { id: string; priority: number }[], now: Date): Promise<number | null> {
  if (reports.length === 0) return null;
  const rows = await sql.rows<{ pid: number }>(hurry, [reports.map(({ id }) => id), reports.map(({ priority }) => priority), now]);
  return rows[0]?.pid ?? null;
}

const listWaiting = statement(
  "compliance.list_waiting_reports_of_hosts",
  `select id::text as id from compliance_reports where host_id = any($1::int[]) and ended_at is null and state in ('queued', 'failed', 'mismatch', 'attention')
     and kind not in ('retract', 'release', 'lock')`,
);

/** The waiting reports of these hosts' verdicts; what takes leave of a device isn't among them. */
export async function listWaitingVerdicts(sql: Sql, hostIds: readonly number[]): Promise<string[]> {
  return (await sql.rows<{ id: string }>(listWaiting, [hostIds])).map(({ id }) => id);
}

const listOutlived = statement(
  "compliance.list_outlived_reports",
  `select r.id::text as id from compliance_reports r join host_entra_identities i on i.host_id = r.host_id
   where r.host_id = any($1::int[]) and r.ended_at is null and r.state in ('queued', 'failed', 'mismatch', 'attention')
     and r.kind not in ('retract', 'release', 'lock') and r.device_id <> i.device_id`,
);

/** The waiting reports of these hosts about a device id they no longer have. */
export async function listOutlivedReports(sql: Sql, hostIds: readonly number[]): Promise<string[]> {
  return (await sql.rows<{ id: string }>(listOutlived, [hostIds])).map(({ id }) => id);
}

const listTold = statement(
  "compliance.list_told_devices",
  `select p.connection_id as "connectionId", p.device_id as "deviceId" from unnest($1::int[], $2::text[]) as p (connection_id, device_id)
   join entra_devices d on d.connection_id = p.connection_id and d.device_id = p.device_id and d.last_update_time is not null`,
);

/** Which of these devices Entra was ever told about. */
export async function listToldDevices(sql: Sql, devices: readonly DeviceRef[]): Promise<DeviceRef[]> {
  return devices.length === 0 ? [] : sql.rows<DeviceRef>(listTold, columnsOf(devices));
}

function columnsOf(devices: readonly DeviceRef[]): [number[], string[]] {
  return [devices.map(({ connectionId }) => connectionId), devices.map(({ deviceId }) => deviceId)];
}

const loadResync = statement(
  "compliance.load_resync_instants",
  `select id, resync_requested_at as at from entra_connections where resync_requested_at is not null`,
);

/** The instant before which each connection's devices must be told again, because Microsoft asked for it. */
export async function loadResyncInstants(sql: Sql): Promise<Map<number, Date>> {
  return new Map((await sql.rows<{ id: number; at: Date }>(loadResync)).map(({ id, at }) => [id, at]));
}

/** A device that a host was confirmed for, or that a report of it is on the way about, with what was told last. */
export interface FormerDevice extends DeviceRef {
  hostId: number;
  hostName: string;
  provider: string;
  tenantId: string;
  userPrincipalName: string;
  deviceName: string;
  osVersion: string;
  lastCheckInTime: Date;
  /** Microsoft may have taken a report about it. */
  accepted: boolean;
  /** Another host reports this id now. */
  claimed: boolean;
}

const loadFormer = statement(
  "compliance.load_former_devices",
  `select l.connection_id as "connectionId", l.device_id as "deviceId", l.host_id as "hostId", l.host_name as "hostName", l.provider, e.tenant_id as "tenantId",
     l.user_principal_name as "userPrincipalName", l.device_name as "deviceName", l.os_version as "osVersion",
     coalesce(l.last_check_in_time, l.created_at) as "lastCheckInTime", (d.accepted_at is not null or d.last_update_time is not null) as accepted,
     exists (select 1 from host_entra_identities o where o.device_id = l.device_id and o.host_id <> l.host_id and o.state <> 'not_registered') as claimed
   from entra_devices d
   join lateral (select r.* from compliance_reports r where r.connection_id = d.connection_id and r.device_id = d.device_id and r.provider <> 'audit_only'
     and r.host_id = d.owner_host_id order by r.created_at desc limit 1) l on true
   join entra_connections e on e.id = d.connection_id
   where d.owner_host_id = any($1::int[])
     and not exists (select 1 from host_entra_identities i where i.host_id = d.owner_host_id and i.device_id = d.device_id and i.state <> 'not_registered')
   order by d.connection_id, d.device_id`,
);

/** The devices these hosts were confirmed for and no longer report. */
export async function loadFormerDevices(sql: Sql, hostIds: readonly number[]): Promise<FormerDevice[]> {
  return hostIds.length === 0 ? [] : sql.rows<FormerDevice>(loadFormer, [hostIds]);
}

const release = statement(
  "compliance.release_devices",
  `update entra_devices d set owner_host_id = null, owner_since = null from unnest($1::int[], $2::text[]) as p (connection_id, device_id)
   where d.connection_id = p.connection_id and d.device_id = p.device_id returning 1 as ok`,
);

/** Lets go of devices: no host is confirmed for them any more. */
export async function releaseDevices(sql: Sql, devices: readonly DeviceRef[]): Promise<void> {
  if (devices.length > 0) await sql.rows(release, columnsOf(devices));
}

const loadDeleted = statement(
  "compliance.load_devices_of_deleted_hosts",
  `select l.connection_id as "connectionId", l.device_id as "deviceId", l.host_id as "hostId", l.host_name as "hostName", l.provider, e.tenant_id as "tenantId",
     l.user_principal_name as "userPrincipalName", l.device_name as "deviceName", l.os_version as "osVersion",
     coalesce(l.last_check_in_time, l.created_at) as "lastCheckInTime", d.last_update_time is not null as accepted,
     exists (select 1 from host_entra_identities o where o.device_id = l.device_id and o.state <> 'not_registered') as claimed
   from (select distinct on (connection_id, device_id) * from compliance_reports where host_id = any($1::int[]) and provider <> 'audit_only'
     order by connection_id, device_id, created_at desc) l
   join entra_devices d on d.connection_id = l.connection_id and d.device_id = l.device_id
   join entra_connections e on e.id = l.connection_id
   where l.kind <> 'retract' and not exists (select 1 from hosts h where h.id = l.host_id)
     and (d.owner_host_id is null or d.owner_host_id = any($1::int[]) or not exists (select 1 from hosts h where h.id = d.owner_host_id))
   order by l.connection_id, l.device_id`,
);

/** The devices that deleted hosts reported. */
export async function loadDevicesOfDeletedHosts(sql: Sql, hostIds: readonly number[]): Promise<FormerDevice[]> {
  return sql.rows<FormerDevice>(loadDeleted, [hostIds]);
}

const liveOfHost = statement(
  "compliance.find_live_report_of_host",
  `select id::text as id from compliance_reports where host_id = $1::int and ended_at is null and kind <> 'retract' order by created_at desc, id limit 1`,
);

/** The report about a host that is waiting or on its way, or null. */
export async function findLiveReportOfHost(sql: Sql, hostId: number): Promise<string | null> {
  return (await sql.rows<{ id: string }>(liveOfHost, [hostId]))[0]?.id ?? null;
}

const reportWithTeam = statement(
  "compliance.find_report_with_team",
  `select r.id::text as id, r.state, r.host_id as "hostId", r.host_name as "hostName", r.connection_id as "connectionId", r.device_id as "deviceId", h.team_id as "teamId",
     r.ended_at is not null as ended
   from compliance_reports r left join hosts h on h.id = r.host_id where r.id = $1::uuid`,
);

/** A report with its host's team, or null. */
export async function findReportWithTeam(
  sql: Sql,
  reportId: string,
): Promise<(DeviceRef & { id: string; state: string; hostId: number | null; hostName: string; teamId: number | null; ended: boolean }) | null> {
  const rows = await sql.rows<DeviceRef & { id: string; state: string; hostId: number | null; hostName: string; teamId: number | null; ended: boolean }>(
    reportWithTeam,
    [reportId],
  );
  return rows[0] ?? null;
}
