import { statement, type Sql } from "@/lib/db/sql";
import { displayName, fromPlaces, hostConditions, hostOrder, linuxPlatforms, makeValues, onlineAt, type HostScope, type Part } from "./host-filter-sql";
import type { HostPage } from "./host-filter";
import { behind, type HostCursor } from "./host-cursor";
import type { AccessState, HostRecord } from "./host-record";

const columns = `
  h.id, h.team_id as "teamId", t.name as "teamName", ${displayName} as name, h.hostname, h.computer_name as "computerName",
  h.hardware_uuid as "hardwareUuid", h.hardware_serial as "hardwareSerial", h.hardware_vendor as "hardwareVendor", h.hardware_model as "hardwareModel",
  h.hardware_version as "hardwareVersion", h.platform, h.platform_like as "platformLike", h.os_name as "osName", h.os_version as "osVersion",
  h.os_build as "osBuild", h.code_name as "codeName", h.osquery_version as "osqueryVersion", h.orbit_version as "orbitVersion",
  h.desktop_version as "desktopVersion", h.cpu_type as "cpuType", h.cpu_subtype as "cpuSubtype", h.cpu_brand as "cpuBrand",
  h.cpu_physical_cores as "cpuPhysicalCores", h.cpu_logical_cores as "cpuLogicalCores", h.memory_bytes::float8 as "memoryBytes",
  h.primary_ip as "primaryIp", h.primary_mac as "primaryMac", h.public_ip as "publicIp", h.disk_space_available_gb as "diskSpaceAvailableGb",
  h.disk_space_total_gb as "diskSpaceTotalGb", h.disk_space_available_percent as "diskSpaceAvailablePercent", h.disk_encryption as "diskEncryption",
  h.disk_encryption_changed_at as "diskEncryptionChangedAt", h.mdm_state as "mdmState", h.mdm_changed_at as "mdmChangedAt",
  h.mdm_server_url as "mdmServerUrl", h.mdm_name as "mdmName", h.mdm_installed_from_dep as "mdmInstalledFromDep", h.last_user as "lastUser",
  h.device_mapping_email as "deviceMappingEmail", h.uptime_seconds::float8 as "uptimeSeconds", h.last_restarted_at as "lastRestartedAt",
  h.distributed_interval_seconds as "distributedIntervalSeconds", h.config_refresh_seconds as "configRefreshSeconds",
  h.logger_period_seconds as "loggerPeriodSeconds", h.refetch_requested_at as "refetchRequestedAt", h.refetch_critical_until as "refetchCriticalUntil",
  h.detail_updated_at as "detailUpdatedAt", h.label_updated_at as "labelUpdatedAt", h.policy_updated_at as "policyUpdatedAt",
  h.last_enrolled_at as "lastEnrolledAt", h.orbit_enrolled_at as "orbitEnrolledAt", h.created_at as "createdAt", h.updated_at as "updatedAt",
  s.seen_at as "seenAt", ${onlineAt("$2")} as online, coalesce(i.device_id, '') as "deviceId", coalesce(i.user_principal_name, '') as "userPrincipalName",
  coalesce(i.state, 'not_registered') as "identityState", i.conflict_since as "conflictSince", i.conflict_host_id as "conflictHostId",
  p.access_state as "accessState", coalesce(c.decision, 'undecided') as decision, c.managed, coalesce(c.reasons, '[]'::jsonb) as reasons,
  c.changed_at as "changedAt", c.assessed_at as "assessedAt"`;

// What is looked up host by host, for the hosts of one page only.
const perHost = `
  (select count(*)::int from policy_results f join policies p on p.id = f.policy_id and p.version = f.policy_version where f.host_id = listed.id and f.outcome = 'fail') as "failingPolicies",
  (select jsonb_build_object('id', r.id, 'state', r.state, 'provider', r.provider, 'managed', r.managed, 'compliant', r.compliant, 'errorCode', r.error_code, 'createdAt', r.created_at,
     'sentAt', r.sent_at, 'acceptedAt', r.accepted_at)
   from compliance_reports r where r.host_id = listed.id and r.state <> 'superseded' order by r.created_at desc, r.id limit 1) as report,
  exists (select 1 from entra_devices d where d.owner_host_id = listed.id and d.device_id = listed."deviceId" and d.read_state = 'mismatch')
    and not exists (select 1 from compliance_reports w where w.host_id = listed.id and w.state in ('queued', 'uploading', 'submitted', 'completed')) as "entraDisagrees"`;

const byIds = statement(
  "hosts.list_by_ids",
  `with listed as (
     select ${columns}, asked.place
     from unnest($1::int[]) with ordinality as asked(id, place)
     join hosts h on h.id = asked.id join host_places p on p.host_id = h.id join teams t on t.id = h.team_id
     left join host_seen s on s.host_id = h.id left join host_entra_identities i on i.host_id = h.id left join host_compliance c on c.host_id = h.id)
   select listed.*, ${perHost} from listed order by place`,
);

/** These hosts, in this order; those that are gone are left out. */
export async function listHostRowsByIds(sql: Sql, hostIds: readonly number[], now: Date): Promise<HostRecord[]> {
  if (hostIds.length === 0) return [];
  const rows = await sql.rows<HostRecord & { place?: unknown }>(byIds, [hostIds, now]);
  for (const row of rows) delete row.place;
  return rows;
}

/** A host's place in a list: its id, and what its page ends with when it is the last. */
export interface PlacedHost {
  id: number;
  key: string | null;
  name: string;
}

/** The hosts of one page, in order; hosts equal in the order key stand by name and id. Whatever the page shows of them is read afterwards, for them alone. */
export async function listPlacedHosts(
  sql: Sql,
  filter: HostScope,
  page: Pick<HostPage, "orderKey" | "orderDirection"> & { limit: number | null; offset: number; after: HostCursor | null },
  now: Date,
): Promise<PlacedHost[]> {
  const { values, bind } = makeValues();
  const order = hostOrder(page.orderKey ?? "access", now, bind);
  const direction = page.orderDirection === "desc" ? "desc" : "asc";
  const conditions: Part[] = hostConditions(filter, now, bind);
  if (page.after) conditions.push(behind(page.after, order, direction, bind));
  // Nobody can tell beforehand how many are online: they are found in one pass, not one by one in the order asked for.
  const found = `select p.host_id as id, ${order.text} as value, p.name ${fromPlaces(conditions, order)} ${filter.status ? "offset 0" : ""}`;
  const text = `select q.id, q.value::text as key, q.name from (${found}) q
    order by q.value ${direction} ${order.nullable ? "nulls last" : ""}, q.name, q.id limit ${bind(page.limit)}::int offset ${bind(page.offset)}::int`;
  return sql.rows<PlacedHost>(planned(text), values);
}

// No name: such a statement is planned with its values, because a filter that leaves five hosts wants another plan than one that leaves them all.
const planned = (text: string) => statement("", text);

/** How many hosts of the filter are in each access state; states without a host are 0. */
export async function countHostRowsByAccess(sql: Sql, filter: HostScope, now: Date): Promise<Record<AccessState, number>> {
  const { values, bind } = makeValues();
  const text = `select p.access_state as "accessState", count(*)::int as count ${fromPlaces(hostConditions(filter, now, bind))} group by 1`;
  const rows = await sql.rows<{ accessState: AccessState; count: number }>(planned(text), values);
  const counts: Record<AccessState, number> = { held: 0, unsure: 0, loose: 0, in: 0 };
  for (const row of rows) counts[row.accessState] = row.count;
  return counts;
}

/** Id, name and team of a host, for bulk changes. */
export interface HostBrief {
  id: number;
  name: string;
  serial: string;
  teamId: number;
}

/** Every host of the filter, briefly. */
export async function listHostBriefs(sql: Sql, filter: HostScope, now: Date): Promise<HostBrief[]> {
  const { values, bind } = makeValues();
  const from = fromPlaces(hostConditions(filter, now, bind), { text: "", needs: ["h"] });
  return sql.rows<HostBrief>(planned(`select h.id, ${displayName} as name, h.hardware_serial as serial, h.team_id as "teamId" ${from} order by h.id`), values);
}

/** Hosts counted per platform. */
export interface PlatformCount {
  linux: boolean;
  platform: string;
  total: number;
  online: number;
  missing: number;
  new: number;
}

/** Counts per platform of the filter's hosts. */
export async function summariseHostRows(sql: Sql, filter: HostScope, now: Date): Promise<PlatformCount[]> {
  const { values, bind } = makeValues();
  const at = bind(now);
  const text = `
    select p.platform = any(${linuxPlatforms}) as linux, p.platform, count(*)::int as total, count(*) filter (where ${onlineAt(at)})::int as online,
      count(*) filter (where coalesce(s.seen_at, p.created_at) < ${at}::timestamptz - interval '30 days')::int as missing,
      count(*) filter (where p.created_at > ${at}::timestamptz - interval '24 hours')::int as "new"
    ${fromPlaces(hostConditions(filter, now, bind), { text: "", needs: ["s"] })} group by p.platform order by p.platform`;
  return sql.rows<PlatformCount>(planned(text), values);
}
