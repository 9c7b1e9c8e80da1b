import { statement, type Sql } from "@/lib/db/sql";
import type { AccessState, Decision, PolicyStanding } from "./compliance-verdict";
import type { VerdictReason } from "./verdict-reasons";

/** What is stored about one host, before grace, staleness and the broken-query rule are applied. */
export interface HostFactsRow {
  hostId: number;
  hostName: string;
  platform: string;
  osVersion: string;
  teamId: number;
  enrolledAt: Date;
  seenAt: Date | null;
  refetchRequested: boolean;
  mdmState: "on" | "off" | "unknown";
  mdmChangedAt: Date | null;
  mdmServerUrl: string;
  teamOn: boolean;
  auditOnly: boolean;
  requireMdm: "any" | "ours" | "not_required";
  staleAfterSeconds: number;
  unknownGraceSeconds: number;
  onDisable: "leave" | "release" | "lock";
  deviceId: string;
  userPrincipalName: string;
  identityState: "registered" | "device_only" | "not_registered" | null;
  conflictHostId: number | null;
  inConflict: boolean;
  waitingForPerson: boolean;
  exceptionUntil: Date | null;
  connectionId: number | null;
  provider: string | null;
  tenantId: string | null;
  /** Setup was finished and nobody is disconnecting: what is decided is worth a report. */
  reportable: boolean;
  accessState: AccessState | null;
  managed: boolean | null;
  decision: Decision | null;
  policyStanding: PolicyStanding | null;
  reasons: VerdictReason[] | null;
  blockingPolicies: number[] | null;
  assessAgainAt: Date | null;
}

const lockHosts = statement("compliance.lock_hosts", "select id from hosts where id = any($1::int[]) order by id for no key update");

/** Holds these hosts until the transaction ends, so that two assessments of one host never interleave. @returns those that exist, in order */
export async function lockHostsForAssessment(sql: Sql, hostIds: readonly number[]): Promise<number[]> {
  return (await sql.rows<{ id: number }>(lockHosts, [hostIds])).map(({ id }) => id);
}

const loadFacts = statement(
  "compliance.load_host_facts",
  `select h.id as "hostId", coalesce(nullif(h.computer_name, ''), h.hostname) as "hostName", h.platform, h.os_version as "osVersion", h.team_id as "teamId",
     coalesce(h.last_enrolled_at, h.orbit_enrolled_at, h.created_at) as "enrolledAt", s.seen_at as "seenAt", h.refetch_requested_at is not null as "refetchRequested",
     h.mdm_state as "mdmState", h.mdm_changed_at as "mdmChangedAt", h.mdm_server_url as "mdmServerUrl",
     t.conditional_access_enabled as "teamOn", t.audit_only as "auditOnly", t.require_mdm as "requireMdm", t.stale_after_seconds as "staleAfterSeconds",
     t.unknown_grace_seconds as "unknownGraceSeconds", t.on_disable as "onDisable",
     coalesce(i.device_id, '') as "deviceId", coalesce(i.user_principal_name, '') as "userPrincipalName", i.state as "identityState",
     i.conflict_host_id as "conflictHostId", i.conflict_since is not null as "inConflict",
     exists (select 1 from compliance_reports w where w.connection_id = e.id and w.device_id = i.device_id and w.ended_at is null
       and w.state = 'queued' and w.error_code = 'waiting_for_person') as "waitingForPerson",
     (select max(x.expires_at) from compliance_exceptions x where x.host_id = h.id and x.revoked_at is null and x.expires_at > $2::timestamptz) as "exceptionUntil",
     e.id as "connectionId", e.provider, e.tenant_id as "tenantId",
     e.connected_at is not null and e.state not in ('disconnecting', 'disconnect_failed') as reportable,
     c.access_state as "accessState", c.managed, c.decision, c.policy_standing as "policyStanding", c.reasons, c.blocking_policies as "blockingPolicies",
     c.assess_again_at as "assessAgainAt"
   from hosts h
   join teams t on t.id = h.team_id
   left join host_seen s on s.host_id = h.id
   left join host_entra_identities i on i.host_id = h.id
   left join host_compliance c on c.host_id = h.id
   left join entra_connections e on e.id = t.connection_id or (t.connection_id is null and e.is_default)
   where h.id = any($1::int[])
   order by h.id`,
);

/** Loads what is stored about these hosts, in the order of their ids. */
export async function loadHostFacts(sql: Sql, hostIds: readonly number[], now: Date): Promise<HostFactsRow[]> {
  return sql.rows<HostFactsRow>(loadFacts, [hostIds, now]);
}

/** One gated policy in a host's scope, with the stored answer if there is one. */
export interface GatedPolicyRow {
  hostId: number;
  policyId: number;
  policyName: string;
  policyVersion: number;
  /** Since when this version gates access. */
  askedSince: Date;
  outcome: "pass" | "fail" | "unknown" | null;
  answeredVersion: number | null;
  outcomeSince: Date | null;
}

// Scopes are gathered once a policy and labels once a host: asked for each pair, two hundred hosts would cost tens of thousands of look-ups.
const loadGated = statement(
  "compliance.load_gated_policies",
  `with gating as materialized (
     select p.id, p.name, p.version, greatest(p.version_since, p.gated_since) as asked_since, p.team_id,
       case when p.platform <> '' then string_to_array(replace(p.platform, ' ', ''), ',') end as platforms,
       l.include_any, l.include_all, l.exclude_any, l.exclude_all
     from policies p
     left join lateral (
       select array_agg(label_id) filter (where scope = 'include_any') as include_any, array_agg(label_id) filter (where scope = 'include_all') as include_all,
         array_agg(label_id) filter (where scope = 'exclude_any') as exclude_any, array_agg(label_id) filter (where scope = 'exclude_all') as exclude_all
       from policy_labels where policy_id = p.id) l on true
     where p.conditional_access_enabled),
   asked as materialized (
     select h.id, h.team_id,
       case when h.platform in ('darwin', 'windows', 'chrome', 'ios', 'ipados', 'android', '') then h.platform else 'linux' end as platform,
       coalesce((select array_agg(m.label_id) from label_memberships m where m.host_id = h.id
         and m.label_id in (select label_id from policy_labels)), '{}') as labels
     from hosts h where h.id = any($1::int[]))
   select h.id as "hostId", p.id as "policyId", p.name as "policyName", p.version as "policyVersion", p.asked_since as "askedSince",
     r.outcome, r.policy_version as "answeredVersion", r.outcome_since as "outcomeSince"
   from asked h
   join gating p on (p.team_id is null or p.team_id = h.team_id)
     and (p.platforms is null or h.platform = any(p.platforms))
     and (p.include_any is null or p.include_any && h.labels)
     and (p.include_all is null or p.include_all <@ h.labels)
     and (p.exclude_any is null or not p.exclude_any && h.labels)
     and (p.exclude_all is null or not p.exclude_all <@ h.labels)
   left join policy_results r on r.host_id = h.id and r.policy_id = p.id
   order by h.id, p.id`,
);

/** Loads the gated policies in scope of these hosts: team and all teams, platform, labels. */
export async function loadGatedPolicies(sql: Sql, hostIds: readonly number[]): Promise<GatedPolicyRow[]> {
  return sql.rows<GatedPolicyRow>(loadGated, [hostIds]);
}

const findPublicUrl = statement("compliance.find_public_url", "select public_url as url from organisation where id = 1");

/** Our own public address, which tells our MDM server from another's. */
export async function loadPublicUrl(sql: Sql): Promise<string> {
  return (await sql.rows<{ url: string }>(findPublicUrl))[0]?.url ?? "";
}

/** A verdict as it is stored. */
export interface HostComplianceWrite {
  host_id: number;
  access_state: AccessState;
  managed: boolean;
  decision: Decision;
  policy_standing: PolicyStanding;
  reasons: VerdictReason[];
  blocking_policies: number[];
  changed: boolean;
  assess_again_at: Date | null;
}

const writeVerdicts = statement(
  "compliance.write_verdicts",
  `insert into host_compliance (host_id, access_state, managed, decision, policy_standing, reasons, blocking_policies, changed_at, assessed_at, assess_again_at)
   select v.host_id, v.access_state, v.managed, v.decision, v.policy_standing, v.reasons,
     array(select jsonb_array_elements_text(v.blocking_policies)::int), $2::timestamptz, $2::timestamptz, v.assess_again_at
   from jsonb_to_recordset($1::text::jsonb) as v (host_id int, access_state text, managed bool, decision text, policy_standing text, reasons jsonb,
     blocking_policies jsonb, changed bool, assess_again_at timestamptz)
   on conflict (host_id) do update set access_state = excluded.access_state, managed = excluded.managed, decision = excluded.decision,
     policy_standing = excluded.policy_standing, reasons = excluded.reasons, blocking_policies = excluded.blocking_policies,
     assessed_at = excluded.assessed_at, assess_again_at = excluded.assess_again_at,
     changed_at = case when (host_compliance.access_state, host_compliance.managed, host_compliance.decision)
       is distinct from (excluded.access_state, excluded.managed, excluded.decision) then excluded.changed_at else host_compliance.changed_at end
   returning host_id`,
);

/** Stores verdicts; only those that differ from what is stored belong here. */
export async function writeHostCompliance(sql: Sql, rows: HostComplianceWrite[], now: Date): Promise<void> {
  if (rows.length > 0) await sql.rows(writeVerdicts, [JSON.stringify(rows), now]);
}

/** A change of verdict, kept for ever. */
export interface TransitionWrite {
  host_id: number;
  host_name: string;
  team_id: number | null;
  from_state: string;
  to_state: string;
  managed: boolean;
  decision: Decision;
  reasons: VerdictReason[];
}

const insertTransitions = statement(
  "compliance.insert_transitions",
  `insert into access_transitions (host_id, host_name, team_id, from_state, to_state, managed, decision, reasons, cause, caused_at, created_at)
   select v.host_id, v.host_name, v.team_id, v.from_state, v.to_state, v.managed, v.decision, v.reasons, $2::text, $3::timestamptz, $4::timestamptz
   from jsonb_to_recordset($1::text::jsonb) as v (host_id int, host_name text, team_id int, from_state text, to_state text, managed bool, decision text, reasons jsonb)
   returning id, host_id as "hostId"`,
);

/** Writes down changes of verdicts. @returns the transition of each host */
export async function insertAccessTransitions(sql: Sql, rows: TransitionWrite[], cause: string, causedAt: Date, now: Date): Promise<Map<number, number>> {
  if (rows.length === 0) return new Map();
  const made = await sql.rows<{ id: number; hostId: number }>(insertTransitions, [JSON.stringify(rows), cause, causedAt, now]);
  return new Map(made.map(({ id, hostId }) => [hostId, id]));
}

const insertLastTransitions = statement(
  "compliance.insert_last_transitions",
  `insert into access_transitions (host_id, host_name, team_id, from_state, to_state, managed, decision, reasons, cause, caused_at, created_at)
   select l.host_id, l.host_name, l.team_id, l.to_state, 'none', false, 'undecided', '[]'::jsonb, 'host_deleted', $2::timestamptz, $3::timestamptz
   from (select distinct on (host_id) * from access_transitions where host_id = any($1::int[]) order by host_id, id desc) l
   where l.to_state <> 'none' and not exists (select 1 from hosts h where h.id = l.host_id)
   returning 1 as ok`,
);

/** Ends the history of hosts that were deleted, once. */
export async function insertLastTransitionsOfHosts(sql: Sql, hostIds: readonly number[], causedAt: Date, now: Date): Promise<void> {
  await sql.rows(insertLastTransitions, [hostIds, causedAt, now]);
}

// From the tallies: a check-in that asks this mustn't read the answers of the whole fleet.
const countAnswers = statement(
  "compliance.count_unknown_answers",
  `select p.id as "policyId", coalesce(sum(c.hosts) filter (where c.outcome = 'unknown'), 0)::int as unknown, sum(c.hosts)::int as answers
   from policies p
   join (select policy_id, team_id, policy_version, outcome, hosts from policy_tallies
         union all select policy_id, team_id, policy_version, outcome, hosts from policy_tally_changes) c
     on c.policy_id = p.id and c.policy_version = p.version
   join teams t on t.id = c.team_id and t.conditional_access_enabled
   where p.id = any($1::int[])
   group by p.id`,
);

/** How many of the hosts that should answer a policy's current version have no usable answer. */
export async function countUnknownAnswers(sql: Sql, policyIds: readonly number[]): Promise<{ policyId: number; unknown: number; answers: number }[]> {
  return sql.rows(countAnswers, [policyIds]);
}
