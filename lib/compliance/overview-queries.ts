import { statement, type Sql } from "@/lib/db/sql";

const dayMs = 86_400_000;

/** How many hosts there are, on which platforms, and when the last of them was heard. */
export interface FleetFacts {
  total: number;
  macs: number;
  lastSeenAt: Date | null;
  byException: number;
}

// Exceptions are few: they are where counting who is let in by one begins.
const fleet = statement(
  "compliance.get_fleet_facts",
  `select f.total, f.macs, case when $1::int[] is null then (select max(seen_at) from host_seen)
       else (select max(s.seen_at) from host_places p join host_seen s on s.host_id = p.host_id where p.team_id = any($1::int[])) end as "lastSeenAt", (
       select count(distinct x.host_id)::int from compliance_exceptions x join host_compliance c on c.host_id = x.host_id join host_places p on p.host_id = x.host_id
       where c.access_state = 'in' and c.reasons @> '[{"code":"exception"}]' and ($1::int[] is null or p.team_id = any($1::int[]))) as "byException"
   from (select count(*)::int as total, count(*) filter (where p.platform = 'darwin')::int as macs from host_places p where ($1::int[] is null or p.team_id = any($1::int[]))) f`,
);

/** Facts about all hosts, or those of these teams. */
export async function getFleetFacts(sql: Sql, teamIds: number[] | null): Promise<FleetFacts> {
  const [row] = await sql.rows<FleetFacts>(fleet, [teamIds]);
  return row ?? { total: 0, macs: 0, lastSeenAt: null, byException: 0 };
}

const changes = statement(
  "compliance.count_changes",
  `select to_state as state, count(*)::int as entered, 0 as "left" from access_transitions
     where created_at > $2::timestamptz and from_state <> to_state and ($1::int[] is null or team_id = any($1::int[])) group by 1
   union all
   select from_state, 0, count(*)::int from access_transitions
     where created_at > $2::timestamptz and from_state <> to_state and ($1::int[] is null or team_id = any($1::int[])) group by 1`,
);

/** How often hosts entered and left each state in the last 24 hours. */
export async function countAccessChanges(sql: Sql, teamIds: number[] | null, now: Date): Promise<Record<string, { entered: number; left: number }>> {
  const rows = await sql.rows<{ state: string; entered: number; left: number }>(changes, [teamIds, new Date(now.getTime() - dayMs)]);
  const counts: Record<string, { entered: number; left: number }> = {};
  for (const { state, entered, left } of rows) {
    const count = (counts[state] ??= { entered: 0, left: 0 });
    count.entered += entered;
    count.left += left;
  }
  return counts;
}

/** How long Microsoft's acceptance took from the cause, in milliseconds; null without a report. */
export interface DeliveryFacts {
  accepted: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

// Reminders of what Entra knows already have no cause that anyone waits for.
const timed = `from compliance_reports r left join host_places h on h.host_id = r.host_id
   where r.accepted_at > $2::timestamptz and r.accepted_at <= $3::timestamptz and r.kind not in ('freshness', 'resync') and ($1::int[] is null or h.team_id = any($1::int[]))`;
const took = "extract(epoch from r.accepted_at - r.caused_at) * 1000";

const delivery = statement(
  "compliance.get_delivery_facts",
  `select count(*)::int as accepted, percentile_cont(0.5) within group (order by ${took})::float8 as "p50Ms",
     percentile_cont(0.95) within group (order by ${took})::float8 as "p95Ms", percentile_cont(0.99) within group (order by ${took})::float8 as "p99Ms" ${timed}`,
);

/** Times from cause to acceptance of what Microsoft accepted between two instants. */
export async function getDeliveryFacts(sql: Sql, teamIds: number[] | null, from: Date, to: Date): Promise<DeliveryFacts> {
  const [row] = await sql.rows<DeliveryFacts>(delivery, [teamIds, from, to]);
  return row ?? { accepted: 0, p50Ms: null, p95Ms: null, p99Ms: null };
}

/** One half hour of the chart. */
export interface DeliveryPoint {
  at: Date;
  accepted: number;
  medianMs: number;
}

const series = statement(
  "compliance.list_delivery_points",
  `select date_bin('30 minutes', r.accepted_at, $2::timestamptz) as at, count(*)::int as accepted,
     percentile_cont(0.5) within group (order by ${took})::float8 as "medianMs" ${timed} group by 1 order by 1`,
);

/** The median per half hour that had an acceptance, counted from `from`. */
export async function listDeliveryPoints(sql: Sql, teamIds: number[] | null, from: Date, to: Date): Promise<DeliveryPoint[]> {
  return sql.rows<DeliveryPoint>(series, [teamIds, from, to]);
}

/** What keeps people out, and how many. `policyId` null: a reason that no policy gives. */
export interface Blocker {
  code: string;
  policyId: number | null;
  policyName: string | null;
  hosts: number;
}

const blockers = statement(
  "compliance.list_blockers",
  `select case when q.reason ? 'policyId' then 'policy' else q.reason->>'code' end as code, (q.reason->>'policyId')::int as "policyId", max(p.name) as "policyName",
     count(distinct q.host_id)::int as hosts
   from (select c.host_id, jsonb_array_elements(c.reasons) as reason from host_places h join host_compliance c on c.host_id = h.host_id
     where h.place = access_place('held') and ($1::int[] is null or h.team_id = any($1::int[]))) q
   left join policies p on p.id = (q.reason->>'policyId')::int
   where q.reason->>'code' in ('policy_failed', 'policy_unknown', 'stale', 'mdm_off', 'mdm_not_ours', 'mdm_unknown')
   group by 1, 2 order by 4 desc, 3, 1`,
);

/** Why the blocked are blocked, most frequent first. A host with two reasons counts in both. */
export async function listBlockers(sql: Sql, teamIds: number[] | null): Promise<Blocker[]> {
  return sql.rows<Blocker>(blockers, [teamIds]);
}

/** Something that waits for an admin. */
export interface AttentionRow {
  code: string;
  count: number;
  since: Date;
  hostId: number | null;
  hostName: string | null;
  policyId: number | null;
  policyName: string | null;
}

const attention = statement(
  "compliance.list_open_attention",
  `select a.code, count(*)::int as count, min(a.created_at) as since,
     case when count(*) = 1 then max(a.host_id) end as "hostId", case when count(*) = 1 then max(coalesce(nullif(h.computer_name, ''), h.hostname)) end as "hostName",
     case when count(*) = 1 then max(a.policy_id) end as "policyId", case when count(*) = 1 then max(p.name) end as "policyName"
   from attention_items a left join hosts h on h.id = a.host_id left join policies p on p.id = a.policy_id
   where a.ended_at is null and case when a.host_id is not null then $1::int[] is null or h.team_id = any($1::int[])
     when a.policy_id is not null then $1::int[] is null or p.team_id is null or p.team_id = any($1::int[]) else $2::bool end
   group by a.code order by min(a.created_at) desc`,
);

/** What waits for an admin, one row per kind: about the hosts and policies of these teams, and, with `withConnections`, about connections. */
export async function listOpenAttention(sql: Sql, teamIds: number[] | null, withConnections: boolean): Promise<AttentionRow[]> {
  return sql.rows<AttentionRow>(attention, [teamIds, withConnections]);
}

/** An exception that ends soon. */
export interface EndingException {
  hostId: number;
  hostName: string;
  expiresAt: Date;
}

const exceptions = statement(
  "compliance.list_ending_exceptions",
  `select x.host_id as "hostId", coalesce(nullif(h.computer_name, ''), h.hostname) as "hostName", x.expires_at as "expiresAt"
   from compliance_exceptions x join hosts h on h.id = x.host_id
   where x.revoked_at is null and x.expires_at > $2::timestamptz and x.expires_at < $2::timestamptz + interval '7 days' and ($1::int[] is null or h.team_id = any($1::int[]))
   order by x.expires_at limit 3`,
);

/** Exceptions that end within seven days, soonest first. */
export async function listEndingExceptions(sql: Sql, teamIds: number[] | null, now: Date): Promise<EndingException[]> {
  return sql.rows<EndingException>(exceptions, [teamIds, now]);
}

/** A connection's health in one row. `waiting`: reports that have not gone out yet. */
export interface ConnectionHealth {
  id: number;
  name: string;
  provider: string;
  state: string;
  errorCode: string;
  isDefault: boolean;
  credentialExpiresAt: Date | null;
  pausedUntil: Date | null;
  lastHeartbeatAt: Date | null;
  lastAcceptedAt: Date | null;
  waiting: number;
  oldestWaitingAt: Date | null;
  attention: number;
}

const connections = statement(
  "compliance.list_connection_health",
  `select e.id, e.name, e.provider, e.state, e.error_code as "errorCode", e.is_default as "isDefault", e.credential_expires_at as "credentialExpiresAt",
     e.paused_until as "pausedUntil", e.last_heartbeat_at as "lastHeartbeatAt",
     (select r.accepted_at from compliance_reports r where r.connection_id = e.id and r.accepted_at > $1::timestamptz - interval '7 days'
      order by r.accepted_at desc limit 1) as "lastAcceptedAt",
     coalesce(w.waiting, 0) as waiting, w.oldest as "oldestWaitingAt", coalesce(w.attention, 0) as attention
   from entra_connections e
   left join lateral (select count(*) filter (where r.state in ('queued', 'uploading', 'failed') and r.provider <> 'audit_only')::int as waiting,
       min(r.caused_at) filter (where r.state in ('queued', 'uploading', 'failed') and r.provider <> 'audit_only') as oldest,
       count(*) filter (where r.state = 'attention')::int as attention
     from compliance_reports r where r.connection_id = e.id and r.state in ('queued', 'uploading', 'failed', 'attention')) w on true
   order by e.is_default desc, e.id`,
);

/** Every connection with what waits behind it, the default first. */
export async function listConnectionHealth(sql: Sql, now: Date): Promise<ConnectionHealth[]> {
  return sql.rows<ConnectionHealth>(connections, [now]);
}
