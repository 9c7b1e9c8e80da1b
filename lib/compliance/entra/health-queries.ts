import { statement, type Sql } from "@/lib/db/sql";

/** Counts and times of one connection, read in one go. */
export interface HealthRow {
  queueDepth: number;
  oldestWaitingAt: Date | null;
  attention: number;
  lastConfirmedAt: Date | null;
  lastAcceptedAt: Date | null;
  devicesAgreed: number;
  devicesDiffering: number;
  devicesUnread: number;
  devicesGone: number;
  hostsIn: number;
  hostsHeld: number;
  hostsUnsure: number;
  hostsLoose: number;
  hostsWithoutIdentity: number;
}

const read = statement(
  "entra.read_health",
  `with covered as (
     select h.id from hosts h join teams t on t.id = h.team_id where t.conditional_access_enabled and coalesce(t.connection_id, $1::int) = $1::int),
   waiting as (
     select count(*) filter (where state in ('queued', 'uploading', 'failed')) as queue_depth,
       min(created_at) filter (where state in ('queued', 'uploading', 'failed')) as oldest, count(*) filter (where state = 'attention') as attention
     from compliance_reports where connection_id = $1::int and state in ('queued', 'uploading', 'failed', 'attention') and ended_at is null and provider <> 'audit_only'),
   devices as (
     select count(*) filter (where read_state = 'missing') as gone,
       count(*) filter (where read_state = 'never') as unread,
       count(*) filter (where read_state = 'match') as agreed,
       count(*) filter (where read_state = 'mismatch') as differing,
       max(accepted_at) as accepted, max(read_at) filter (where read_state = 'match') as confirmed
     from entra_devices where connection_id = $1::int),
   access as (
     select count(*) filter (where c.access_state = 'in') as hosts_in, count(*) filter (where c.access_state = 'held') as hosts_held,
       count(*) filter (where c.access_state = 'unsure' or c.host_id is null) as hosts_unsure, count(*) filter (where c.access_state = 'loose') as hosts_loose,
       count(*) filter (where i.host_id is null or i.state = 'not_registered') as without_identity
     from covered v left join host_compliance c on c.host_id = v.id left join host_entra_identities i on i.host_id = v.id)
   select w.queue_depth::int as "queueDepth", w.oldest as "oldestWaitingAt", w.attention::int as attention, d.confirmed as "lastConfirmedAt", d.accepted as "lastAcceptedAt",
     d.agreed::int as "devicesAgreed", d.differing::int as "devicesDiffering", d.unread::int as "devicesUnread", d.gone::int as "devicesGone",
     a.hosts_in::int as "hostsIn", a.hosts_held::int as "hostsHeld", a.hosts_unsure::int as "hostsUnsure", a.hosts_loose::int as "hostsLoose",
     a.without_identity::int as "hostsWithoutIdentity"
   from waiting w, devices d, access a`,
);

/** Reads those counts. */
export async function readHealth(sql: Sql, connectionId: number): Promise<HealthRow> {
  return (await sql.rows<HealthRow>(read, [connectionId]))[0] as HealthRow;
}

const countMacs = statement(
  "entra.count_unmanaged_macs",
  "select count(*)::int as all, (count(*) filter (where mdm_state <> 'on'))::int as unmanaged from hosts where platform = 'darwin'",
);

/** How many Macs there are, and how many no MDM holds. */
export async function countUnmanagedMacs(sql: Sql): Promise<{ all: number; unmanaged: number }> {
  return (await sql.rows<{ all: number; unmanaged: number }>(countMacs))[0] ?? { all: 0, unmanaged: 0 };
}
