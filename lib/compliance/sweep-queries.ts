import { statement, type Sql } from "@/lib/db/sql";
import { waiting } from "./delivery-queries";

const listLanes = statement(
  "compliance.list_due_lanes",
  `select e.id as "connectionId" from entra_connections e
   where exists (select 1 from compliance_reports where connection_id = e.id and ${waiting} and not resting and next_attempt_at <= $1::timestamptz)
     or exists (select 1 from compliance_reports where connection_id = e.id and ${waiting} and resting and next_attempt_at <= $1::timestamptz) order by 1`,
);

/** Connections with reports whose time has come, or that a sender left behind. */
export async function listDueLanes(sql: Sql, now: Date): Promise<number[]> {
  return (await sql.rows<{ connectionId: number }>(listLanes, [now])).map(({ connectionId }) => connectionId);
}

const listOverdue = statement(
  "compliance.list_overdue_looks",
  `select id::text as id, state from compliance_reports where ended_at is null and state in ('submitted', 'completed') and next_attempt_at <= $1::timestamptz
   order by next_attempt_at, id limit $2::int`,
);

/** Reports whose next look is overdue since `before`: whoever should have looked has died. */
export async function listOverdueLooks(sql: Sql, before: Date, limit: number): Promise<{ id: string; state: "submitted" | "completed" }[]> {
  return sql.rows(listOverdue, [before, limit]);
}

const listHeartbeats = statement(
  "compliance.list_due_heartbeats",
  `select id from entra_connections where state in ('connected', 'degraded') and provider <> 'audit_only'
     and (last_heartbeat_at is null or last_heartbeat_at + make_interval(secs => $2::float8 - (hashint4(id + extract(epoch from last_heartbeat_at)::int) & 1023)) <= $1::timestamptz)
   order by id`,
);

/** Connections whose next sign of life is due: every `everySeconds`, up to 17 minutes earlier by chance, so that not all come at once. */
export async function listDueHeartbeats(sql: Sql, now: Date, everySeconds: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listHeartbeats, [now, everySeconds])).map(({ id }) => id);
}

const listOld = statement(
  "compliance.list_old_devices",
  `select d.owner_host_id as id from entra_devices d
   join entra_connections e on e.id = d.connection_id and e.state in ('connected', 'degraded')
   join hosts h on h.id = d.owner_host_id
   join teams t on t.id = h.team_id and t.conditional_access_enabled and not t.audit_only
   where d.accepted_at <= $1::timestamptz and coalesce(t.connection_id, e.id) = e.id
     and not exists (select 1 from compliance_reports r where r.connection_id = d.connection_id and r.device_id = d.device_id and r.ended_at is null)
   order by d.accepted_at, d.owner_host_id limit $2::int`,
);

/** Hosts about which Entra was told last before `before`, longest ago first. */
export async function listHostsToldBefore(sql: Sql, before: Date, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listOld, [before, limit])).map(({ id }) => id);
}

const keepHeartbeat = statement(
  "compliance.keep_heartbeat",
  `update entra_connections set last_heartbeat_at = $2::timestamptz, heartbeat_error = $3::text,
     resync_requested_at = greatest(resync_requested_at, $4::timestamptz)
   where id = $1::int returning 1 as ok`,
);

/** Keeps what the partner service answered to a sign of life. */
export async function keepHeartbeatAnswer(sql: Sql, connectionId: number, now: Date, error: string, resync: Date | null): Promise<void> {
  await sql.rows(keepHeartbeat, [connectionId, now, error, resync]);
}

const keepFailure = statement(
  "compliance.keep_heartbeat_failure",
  "update entra_connections set heartbeat_error = $2::text where id = $1::int returning 1 as ok",
);

/** Keeps why the last sign of life didn't get through. */
export async function keepHeartbeatFailure(sql: Sql, connectionId: number, error: string): Promise<void> {
  await sql.rows(keepFailure, [connectionId, error]);
}
