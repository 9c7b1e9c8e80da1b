import { statement, type Sql } from "@/lib/db/sql";
import type { HostDetails, HostRecord } from "./host-details";

/** Column and SQL type of each detail; the one list that the statement below is made of. */
const columns: Record<keyof HostDetails, [column: string, type: "text" | "int" | "int8" | "float8" | "bool" | "timestamptz"]> = {
  hardwareUuid: ["hardware_uuid", "text"],
  hardwareSerial: ["hardware_serial", "text"],
  hostname: ["hostname", "text"],
  computerName: ["computer_name", "text"],
  platform: ["platform", "text"],
  platformLike: ["platform_like", "text"],
  osName: ["os_name", "text"],
  osVersion: ["os_version", "text"],
  osBuild: ["os_build", "text"],
  codeName: ["code_name", "text"],
  arch: ["arch", "text"],
  osqueryVersion: ["osquery_version", "text"],
  orbitVersion: ["orbit_version", "text"],
  desktopVersion: ["desktop_version", "text"],
  hardwareVendor: ["hardware_vendor", "text"],
  hardwareModel: ["hardware_model", "text"],
  hardwareVersion: ["hardware_version", "text"],
  cpuType: ["cpu_type", "text"],
  cpuSubtype: ["cpu_subtype", "text"],
  cpuBrand: ["cpu_brand", "text"],
  cpuPhysicalCores: ["cpu_physical_cores", "int"],
  cpuLogicalCores: ["cpu_logical_cores", "int"],
  memoryBytes: ["memory_bytes", "int8"],
  primaryIp: ["primary_ip", "text"],
  primaryMac: ["primary_mac", "text"],
  publicIp: ["public_ip", "text"],
  diskSpaceAvailableGb: ["disk_space_available_gb", "float8"],
  diskSpaceTotalGb: ["disk_space_total_gb", "float8"],
  diskSpaceAvailablePercent: ["disk_space_available_percent", "float8"],
  diskEncryption: ["disk_encryption", "text"],
  mdmState: ["mdm_state", "text"],
  mdmServerUrl: ["mdm_server_url", "text"],
  mdmName: ["mdm_name", "text"],
  mdmInstalledFromDep: ["mdm_installed_from_dep", "bool"],
  lastUser: ["last_user", "text"],
  uptimeSeconds: ["uptime_seconds", "int8"],
  lastRestartedAt: ["last_restarted_at", "timestamptz"],
  distributedIntervalSeconds: ["distributed_interval_seconds", "int"],
  configRefreshSeconds: ["config_refresh_seconds", "int"],
  loggerPeriodSeconds: ["logger_period_seconds", "int"],
};

const detailColumns = Object.values(columns);

// Locks in the order of ids, so that two batches never wait for each other. Foreign keys take no part in it.
const updateRecords = statement(
  "hosts.record",
  `with given as (
     select * from jsonb_to_recordset($1::text::jsonb) as u(host_id int, ${detailColumns.map(([column, type]) => `${column} ${type}`).join(", ")},
       details_digest text, detail_updated_at timestamptz, label_updated_at timestamptz, policy_updated_at timestamptz, answers_refetch_until timestamptz)
   ), before as (
     select id, mdm_state, mdm_server_url, platform from hosts where id in (select host_id from given) order by id for no key update
   )
   update hosts h set
     ${detailColumns.map(([column]) => `${column} = coalesce(u.${column}, h.${column})`).join(", ")},
     mdm_changed_at = case when u.mdm_state <> h.mdm_state then $2::timestamptz else h.mdm_changed_at end,
     disk_encryption_changed_at = case when u.disk_encryption <> h.disk_encryption then $2::timestamptz else h.disk_encryption_changed_at end,
     details_digest = case when u.details_digest <> '' then u.details_digest else h.details_digest end,
     detail_updated_at = greatest(h.detail_updated_at, u.detail_updated_at),
     label_updated_at = greatest(h.label_updated_at, u.label_updated_at),
     policy_updated_at = greatest(h.policy_updated_at, u.policy_updated_at),
     refetch_requested_at = case when h.refetch_requested_at <= u.answers_refetch_until then null else h.refetch_requested_at end
   from given u join before b on b.id = u.host_id
   where h.id = u.host_id
   returning h.id as "hostId", (b.mdm_state, b.mdm_server_url) is distinct from (h.mdm_state, h.mdm_server_url) as "mdmChanged", b.platform is distinct from h.platform as "platformChanged"`,
);

/** A host whose row was written; absent from the answer: the host is gone. */
export interface WrittenHost {
  hostId: number;
  mdmChanged: boolean;
  platformChanged: boolean;
}

const lockHosts = statement(
  "hosts.lock_recorded",
  `select id as "hostId", false as "mdmChanged", false as "platformChanged" from hosts where id = any($1::int[]) order by id for no key update`,
);

/** Locks hosts of which a check-in says nothing, in the order of their ids. */
export function lockHostRecords(sql: Sql, hostIds: readonly number[]): Promise<WrittenHost[]> {
  return sql.rows<WrittenHost>(lockHosts, [hostIds]);
}

/** Writes what check-ins say of their hosts, in one statement; at most one record per host. */
export async function updateHostRecords(sql: Sql, records: readonly HostRecord[], now: Date): Promise<WrittenHost[]> {
  const rows = records.map((record) => {
    const row: Record<string, unknown> = {
      host_id: record.hostId,
      details_digest: record.detailsDigest,
      detail_updated_at: toTime(record.detailUpdatedAt),
      label_updated_at: toTime(record.labelUpdatedAt),
      policy_updated_at: toTime(record.policyUpdatedAt),
      answers_refetch_until: toTime(record.answersRefetchUntil),
    };
    for (const [member, value] of Object.entries(record.details)) row[columns[member as keyof HostDetails][0]] = value;
    return row;
  });
  return sql.rows<WrittenHost>(updateRecords, [JSON.stringify(rows), now]);
}

function toTime(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

const updateTimes = statement(
  "hosts.mark_fresh",
  `with given as (
     select * from unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[]) as u(host_id, detail_updated_at, label_updated_at, policy_updated_at)
   ), held as (select id from hosts where id = any($1::int[]) order by id for no key update)
   update hosts h set detail_updated_at = greatest(h.detail_updated_at, u.detail_updated_at), label_updated_at = greatest(h.label_updated_at, u.label_updated_at),
     policy_updated_at = greatest(h.policy_updated_at, u.policy_updated_at)
   from given u join held on held.id = u.host_id where h.id = u.host_id returning h.id`,
);

/** When each group of a host's answers was last confirmed; null leaves what is stored. */
export interface FreshTimes {
  hostId: number;
  detail: Date | null;
  label: Date | null;
  policy: Date | null;
}

/** Moves the times of many hosts in one statement. */
export async function updateFreshTimes(sql: Sql, times: readonly FreshTimes[]): Promise<void> {
  await sql.rows(updateTimes, [times.map((t) => t.hostId), times.map((t) => t.detail), times.map((t) => t.label), times.map((t) => t.policy)]);
}

const upsertSeen = statement(
  "hosts.mark_seen",
  `insert into host_seen (host_id, seen_at)
   select u.host_id, to_timestamp(u.seen_ms / 1000) from unnest($1::int[], $2::float8[]) as u(host_id, seen_ms) join hosts h on h.id = u.host_id order by u.host_id
   on conflict (host_id) do update set seen_at = greatest(host_seen.seen_at, excluded.seen_at) returning 1 as ok`,
);

/** Writes when many hosts were seen (milliseconds since 1970), in one statement. */
export async function upsertSeenTimes(sql: Sql, seen: ReadonlyMap<number, number>): Promise<void> {
  await sql.rows(upsertSeen, [[...seen.keys()], [...seen.values()]]);
}
