import { statement, type Sql } from "@/lib/db/sql";
import type { HostFilter, HostOrderKey, HostPage } from "./host-filter";
import type { AccessState, HostRecord } from "./host-record";

const linux = [
  "linux",
  "ubuntu",
  "debian",
  "rhel",
  "centos",
  "fedora",
  "amzn",
  "arch",
  "sles",
  "opensuse",
  "opensuse-leap",
  "opensuse-tumbleweed",
  "gentoo",
  "kali",
  "linuxmint",
  "manjaro",
  "nixos",
  "pop",
  "rocky",
  "almalinux",
  "tuxedo",
  "void",
  "zorin",
  "elementary",
];

const displayName = "coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), nullif(h.hardware_serial, ''), 'Host ' || h.id)";
// Online: heard within the shorter of the two intervals plus a minute. $9 is now.
const online = "coalesce(s.seen_at > $9::timestamptz - make_interval(secs => least(h.distributed_interval_seconds, h.config_refresh_seconds) + 60), false)";

const joined = `
  from hosts h
  join teams t on t.id = h.team_id
  left join host_seen s on s.host_id = h.id
  left join host_entra_identities i on i.host_id = h.id
  left join host_compliance c on c.host_id = h.id
  where ($1::int[] is null or h.team_id = any($1::int[]))
    and ($2::text is null or concat_ws(E'\\n', h.computer_name, h.hostname, h.hardware_serial, h.hardware_uuid, h.primary_ip, h.public_ip, h.device_mapping_email,
      i.user_principal_name, i.device_id) ilike $2::text)
    and ($3::int is null or exists (select 1 from label_memberships m where m.host_id = h.id and m.label_id = $3::int))
    and ($4::text is null or h.platform = $4::text or ($4::text = 'linux' and h.platform = any('{${linux.join(",")}}'::text[])))
    and ($5::text is null or coalesce(c.access_state, 'unsure') = $5::text)
    and ($6::int is null or exists (select 1 from policy_results r join policies p on p.id = r.policy_id where r.host_id = h.id and r.policy_id = $6::int
      and ($7::text is null or case when r.policy_version = p.version then r.outcome else 'unknown' end = $7::text)))
    and case $8::text
      when 'online' then ${online}
      when 'offline' then not ${online}
      when 'new' then h.created_at > $9::timestamptz - interval '24 hours'
      when 'missing' then coalesce(s.seen_at, h.created_at) < $9::timestamptz - interval '30 days'
      else true end
    and ($10::int[] is null or h.id = any($10::int[]))
    and ($11::text is null or exists (select 1 from attention_items a where a.host_id = h.id and a.ended_at is null and a.code = $11::text))`;

/** The filter with the teams it is narrowed to, in place of the one it names; null is every team. */
export interface HostScope extends Omit<HostFilter, "teamId"> {
  teamIds: number[] | null;
}

function filterValues(filter: HostScope, now: Date): unknown[] {
  const text = filter.query?.trim();
  return [
    filter.teamIds,
    text ? `%${text.replace(/[\\%_]/g, "\\$&")}%` : null,
    filter.labelId ?? null,
    filter.platform || null,
    filter.accessState ?? null,
    filter.policyId ?? null,
    filter.policyOutcome ?? null,
    filter.status === "mia" ? "missing" : (filter.status ?? null),
    now,
    filter.hostIds ?? null,
    filter.attention || null,
  ];
}

// Each key's expression and the type of an `after` value.
const orders: Record<HostOrderKey, [expression: string, type: string]> = {
  access: ["case coalesce(c.access_state, 'unsure') when 'held' then 0 when 'unsure' then 1 when 'loose' then 2 else 3 end", "int"],
  id: ["h.id", "int"],
  display_name: [`lower(${displayName})`, "text"],
  hostname: ["h.hostname", "text"],
  computer_name: ["h.computer_name", "text"],
  platform: ["h.platform", "text"],
  os_version: [`(h.os_name || ' ' || h.os_version) collate "C"`, "text"],
  team_name: ["lower(t.name)", "text"],
  seen_time: ["coalesce(s.seen_at, h.created_at)", "timestamptz"],
  changed_at: ["c.changed_at", "timestamptz"],
  detail_updated_at: ["h.detail_updated_at", "timestamptz"],
  last_enrolled_at: ["h.last_enrolled_at", "timestamptz"],
  last_restarted_at: ["h.last_restarted_at", "timestamptz"],
  created_at: ["h.created_at", "timestamptz"],
  hardware_serial: ["h.hardware_serial", "text"],
  hardware_model: ["h.hardware_model", "text"],
  uuid: ["h.hardware_uuid", "text"],
  primary_ip: ["h.primary_ip", "text"],
  memory: ["h.memory_bytes", "bigint"],
  uptime: ["h.uptime_seconds", "bigint"],
  gigs_disk_space_available: ["h.disk_space_available_gb", "float8"],
  osquery_version: ["h.osquery_version", "text"],
  status: [online, "boolean"],
};

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
  s.seen_at as "seenAt", ${online} as online, coalesce(i.device_id, '') as "deviceId", coalesce(i.user_principal_name, '') as "userPrincipalName",
  coalesce(i.state, 'not_registered') as "identityState", i.conflict_since as "conflictSince", i.conflict_host_id as "conflictHostId",
  coalesce(c.access_state, 'unsure') as "accessState", coalesce(c.decision, 'undecided') as decision, c.managed, coalesce(c.reasons, '[]'::jsonb) as reasons,
  c.changed_at as "changedAt", c.assessed_at as "assessedAt"`;

// What is looked up host by host, for the hosts of one page only.
const perHost = `
  (select count(*)::int from policy_results f join policies p on p.id = f.policy_id and p.version = f.policy_version where f.host_id = listed.id and f.outcome = 'fail') as "failingPolicies",
  (select jsonb_build_object('id', r.id, 'state', r.state, 'provider', r.provider, 'managed', r.managed, 'compliant', r.compliant, 'errorCode', r.error_code, 'createdAt', r.created_at,
     'sentAt', r.sent_at, 'acceptedAt', r.accepted_at)
   from compliance_reports r where r.host_id = listed.id and r.state <> 'superseded' order by r.created_at desc, r.id limit 1) as report,
  exists (select 1 from entra_devices d where d.owner_host_id = listed.id and d.device_id = listed."deviceId" and d.read_state = 'mismatch')
    and not exists (select 1 from compliance_reports w where w.host_id = listed.id and w.state in ('queued', 'uploading', 'submitted', 'completed')) as "entraDisagrees"`;

/** One page of hosts, in order; hosts equal in the order key stand by name and id. */
export async function listHostRows(sql: Sql, filter: HostScope, page: HostPage, now: Date): Promise<HostRecord[]> {
  const key = page.orderKey ?? "access";
  const [expression, type] = orders[key];
  const direction = page.orderDirection === "desc" ? "desc" : "asc";
  const text = `
    with listed as (
      select ${columns}, row_number() over (order by ${expression} ${direction} nulls last, lower(${displayName}), h.id) as place
      ${joined} and ($12::text is null or ${expression} ${direction === "asc" ? ">" : "<"} $12::text::${type})
      order by place limit $13::int offset $14::int)
    select listed.*, ${perHost} from listed order by place`;
  const offset = page.perPage && page.page ? page.page * page.perPage : 0;
  const rows = await sql.rows<HostRecord & { place?: unknown }>(statement(`hosts.list_${key}_${direction}`, text), [
    ...filterValues(filter, now),
    page.after ?? null,
    page.perPage ?? null,
    offset,
  ]);
  for (const row of rows) delete row.place;
  return rows;
}

const countByAccess = statement(
  "hosts.count_by_access",
  `select coalesce(c.access_state, 'unsure') as "accessState", count(*)::int as count ${joined} group by 1`,
);

/** How many hosts of the filter are in each access state; states without a host are 0. */
export async function countHostRowsByAccess(sql: Sql, filter: HostScope, now: Date): Promise<Record<AccessState, number>> {
  const rows = await sql.rows<{ accessState: AccessState; count: number }>(countByAccess, filterValues(filter, now));
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

const briefs = statement(
  "hosts.list_briefs",
  `select h.id, ${displayName} as name, h.hardware_serial as serial, h.team_id as "teamId" ${joined} order by h.id`,
);

/** Every host of the filter, briefly. */
export async function listHostBriefs(sql: Sql, filter: HostScope, now: Date): Promise<HostBrief[]> {
  return sql.rows<HostBrief>(briefs, filterValues(filter, now));
}

const summary = statement(
  "hosts.summarise",
  `select case when h.platform = any('{${linux.join(",")}}'::text[]) then true else false end as linux, h.platform, count(*)::int as total,
     count(*) filter (where ${online})::int as online,
     count(*) filter (where coalesce(s.seen_at, h.created_at) < $9::timestamptz - interval '30 days')::int as missing,
     count(*) filter (where h.created_at > $9::timestamptz - interval '24 hours')::int as "new"
   ${joined} group by 1, 2 order by 2`,
);

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
  return sql.rows<PlatformCount>(summary, filterValues(filter, now));
}
