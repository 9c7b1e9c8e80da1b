import { statement, type Sql } from "@/lib/db/sql";

/** A host as an agent's request finds it, with all that the next question depends on. */
export interface HostRow {
  keyHash: string;
  orbitKeyHash: string | null;
  deviceTokenHash: string | null;
  deviceTokenChangedAt: Date | null;
  hostId: number;
  teamId: number;
  platform: string;
  hostname: string;
  osName: string;
  detailsDigest: string;
  mdmState: string;
  mdmServerUrl: string;
  lastRestartedAt: Date | null;
  detailUpdatedAt: Date;
  labelUpdatedAt: Date;
  policyUpdatedAt: Date;
  refetchRequestedAt: Date | null;
  refetchCriticalUntil: Date | null;
  distributedIntervalSeconds: number;
  configRefreshSeconds: number;
  loggerPeriodSeconds: number;
  assessed: boolean;
  accessState: string;
  blocking: readonly number[];
  stale: boolean;
  mdmOff: boolean;
  identityDeviceId: string | null;
  identityPerson: string | null;
  identityState: string | null;
  identitySeenAt: Date | null;
  /** Ids of the labels it is a member of, ascending, parted by commas. */
  labelIds: string;
  /** `policy:version` of each stored answer, ascending, parted by commas; and the first letter of each outcome. */
  answered: string;
  outcomes: string;
}

const selectByNodeKeys = statement(
  "agents.find_hosts_by_node_keys",
  `select h.node_key_hash as "keyHash", h.orbit_node_key_hash as "orbitKeyHash", h.device_token_hash as "deviceTokenHash",
     h.device_token_changed_at as "deviceTokenChangedAt", h.id as "hostId", h.team_id as "teamId", h.platform, h.hostname, h.os_name as "osName", h.details_digest as "detailsDigest",
     h.mdm_state as "mdmState", h.mdm_server_url as "mdmServerUrl", h.last_restarted_at as "lastRestartedAt",
     h.detail_updated_at as "detailUpdatedAt", h.label_updated_at as "labelUpdatedAt", h.policy_updated_at as "policyUpdatedAt",
     h.refetch_requested_at as "refetchRequestedAt", h.refetch_critical_until as "refetchCriticalUntil",
     h.distributed_interval_seconds as "distributedIntervalSeconds", h.config_refresh_seconds as "configRefreshSeconds", h.logger_period_seconds as "loggerPeriodSeconds",
     c.host_id is not null as assessed, coalesce(c.access_state, '') as "accessState", coalesce(c.blocking_policies, '{}'::int[]) as blocking,
     coalesce(c.reasons @> '[{"code": "stale"}]'::jsonb, false) as stale, coalesce(c.reasons @> '[{"code": "mdm_off"}]'::jsonb, false) as "mdmOff",
     i.device_id as "identityDeviceId", i.user_principal_name as "identityPerson", i.state as "identityState", i.last_seen_at as "identitySeenAt",
     coalesce((select string_agg(m.label_id::text, ',' order by m.label_id) from label_memberships m where m.host_id = h.id), '') as "labelIds",
     coalesce(r.answered, '') as answered, coalesce(r.outcomes, '') as outcomes
   from hosts h left join host_compliance c on c.host_id = h.id left join host_entra_identities i on i.host_id = h.id
   left join lateral (
     select string_agg(policy_id || ':' || policy_version, ',' order by policy_id) as answered, string_agg(left(outcome, 1), '' order by policy_id) as outcomes
     from policy_results where host_id = h.id
   ) r on true
   where h.node_key_hash = any($1::text[])`,
);

/** The hosts with these osquery node keys, by sha256; keys that nobody has are left out. */
export async function findHostRows(sql: Sql, nodeKeyHashes: readonly string[]): Promise<HostRow[]> {
  return sql.rows<HostRow>(selectByNodeKeys, [nodeKeyHashes]);
}

const selectByOrbitKeys = statement(
  "agents.find_hosts_by_orbit_keys",
  `select orbit_node_key_hash as "keyHash", id as "hostId" from hosts where orbit_node_key_hash = any($1::text[])`,
);

/** A host as an orbit request finds it. */
export interface OrbitHostRow {
  keyHash: string;
  hostId: number;
}

/** The hosts with these orbit node keys, by sha256. */
export async function findOrbitHostRows(sql: Sql, orbitNodeKeyHashes: readonly string[]): Promise<OrbitHostRow[]> {
  return sql.rows<OrbitHostRow>(selectByOrbitKeys, [orbitNodeKeyHashes]);
}

/** A policy as agents are asked it. */
export interface PolicyRow {
  id: number;
  teamId: number | null;
  query: string;
  platform: string;
  gated: boolean;
  version: number;
  versionSince: string;
  scopes: { labelId: number; scope: "include_any" | "include_all" | "exclude_any" | "exclude_all" }[];
}

/** A dynamic label as agents are asked it. `since`: when it was made, or changed last. */
export interface LabelRow {
  id: number;
  teamId: number | null;
  query: string;
  platform: string;
  since: string;
}

/** A team, as far as it decides what is asked. */
export interface TeamRow {
  id: number;
  gating: boolean;
  gatingSince: string | null;
  tenantId: string;
}

/** Everything that is asked of hosts, in one row. */
export interface CatalogueRow {
  policies: PolicyRow[];
  labels: LabelRow[];
  teams: TeamRow[];
  agentOptions: unknown;
  organisationName: string;
  contactUrl: string;
  /** About how many hosts there are, as the planner estimates it: it sets the pace of mass questions. */
  fleetSize: number;
}

const selectCatalogue = statement(
  "agents.load_catalogue",
  `select
     (select coalesce(json_agg(json_build_object('id', p.id, 'teamId', p.team_id, 'query', p.query, 'platform', p.platform, 'gated', p.conditional_access_enabled, 'version', p.version, 'versionSince', p.version_since,
        'scopes', (select coalesce(json_agg(json_build_object('labelId', s.label_id, 'scope', s.scope)), '[]') from policy_labels s where s.policy_id = p.id)) order by p.id), '[]')
      from policies p) as policies,
     (select coalesce(json_agg(json_build_object('id', l.id, 'teamId', l.team_id, 'query', l.query, 'platform', l.platform, 'since', l.updated_at) order by l.id), '[]')
      from labels l where l.enabled and l.membership_type = 'dynamic' and l.query <> '') as labels,
     (select coalesce(json_agg(json_build_object('id', t.id, 'gating', t.conditional_access_enabled, 'gatingSince', t.conditional_access_since,
        'tenantId', coalesce((select c.tenant_id from entra_connections c where c.id = t.connection_id or (t.connection_id is null and c.is_default) limit 1), ''))), '[]')
      from teams t) as teams,
     o.agent_options as "agentOptions", coalesce(o.name, '') as "organisationName", coalesce(o.contact_url, '') as "contactUrl",
     (select greatest(reltuples, 0)::int from pg_class where oid = 'hosts'::regclass) as "fleetSize"
   from (select 1) as always left join organisation o on o.id = 1`,
);

/** What is asked of hosts, as it stands now. */
export async function loadCatalogueRow(sql: Sql): Promise<CatalogueRow> {
  const [row] = await sql.rows<CatalogueRow>(selectCatalogue);
  return row ?? { policies: [], labels: [], teams: [], agentOptions: {}, organisationName: "", contactUrl: "", fleetSize: 0 };
}
