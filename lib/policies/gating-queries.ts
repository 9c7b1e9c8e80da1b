import { statement, type Sql } from "../db/sql";
import type { GatingFacts, AlikeHosts } from "./gating-preview";
import { labelsCoverHostSql, policyCoversHostSql, scopeConditions, type PolicyScope } from "./policy-scope";

/** A policy as gating sees it. */
export interface GatingCandidate extends PolicyScope {
  id: number;
  version: number;
  gated: boolean;
}

/** What a gating preview starts from: every policy that might count, and where gating is on. */
export interface GatingState {
  policies: GatingCandidate[];
  teamsOn: Set<number>;
}

const listPolicies = statement(
  "policies.gating_policies",
  `select id::int as id, team_id::int as "teamId", platform, version::int as version, conditional_access_enabled as gated,
     coalesce((select jsonb_agg(jsonb_build_object('id', l.label_id, 'scope', l.scope)) from policy_labels l where l.policy_id = policies.id), '[]') as labels
   from policies where $1::int is null or team_id is null or team_id = $1::int`,
);
const listTeamsOn = statement("policies.gating_teams", `select id::int as id from teams where conditional_access_enabled`);

// Most hosts pass everything, and of them there is nothing to say. Without names: such a statement is planned for the policies that it is about.
const planned = (text: string) => statement("", text);

// $1: the teams, or null for all; hosts by their narrow copies. $2: policies that ask Macs.
const macs = `(select host_id as id, team_id, platform, registered, mdm_state from host_places where platform = 'darwin' and ($1::int[] is null or team_id = any($1::int[])))`;
const asked = `asked as materialized (
  select p.id, p.version, p.team_id, exists (select 1 from policy_labels l where l.policy_id = p.id) as narrowed
  from policies p where p.id = any($2::int[]))`;
const asksMac = `(p.team_id is null or p.team_id = h.team_id) and (not p.narrowed or ${labelsCoverHostSql("p.id", "h.id")})`;
const managed = `(t.require_mdm = 'not_required' or h.mdm_state = 'unknown' or (h.mdm_state = 'on' and (t.require_mdm = 'any'
  or exists (select 1 from hosts w join organisation o on o.id = 1 where w.id = h.id and o.public_url <> '' and starts_with(w.mdm_server_url, o.public_url)))))`;
const excepted = (now: string) =>
  `exists (select 1 from compliance_exceptions e where e.host_id = h.id and e.revoked_at is null and e.expires_at > ${now}::timestamptz)`;
const failing = `failing as materialized (
  select h.id, h.team_id, h.registered, h.mdm_state, array_agg(p.id order by p.id)::int[] as ids
  from asked p join policy_results r on r.policy_id = p.id and r.outcome = 'fail' and r.policy_version = p.version
  join ${macs} h on h.id = r.host_id and ${asksMac} group by 1, 2, 3, 4)`;

const facts = (withUnmanaged: boolean) => `
  with ${asked}, ${failing}, found as (
    select h.id, h.team_id, h.registered, ${managed} as managed, h.ids as failing from failing h join teams t on t.id = h.team_id
    ${withUnmanaged ? `union all select h.id, h.team_id, h.registered, false, '{}' from ${macs} h join teams t on t.id = h.team_id where not ${managed} and h.id not in (select id from failing)` : ""}
  )
  select h.id::int as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), h.hardware_serial) as "hostName", f.team_id::int as "teamId",
    coalesce(i.user_principal_name, '') as person, f.registered, f.managed, ${excepted("$3")} as excepted, f.failing, '{}'::int[] as unanswered
  from found f join hosts h on h.id = f.id left join host_entra_identities i on i.host_id = f.id order by "hostName", h.id`;

const alike = `
  with ${asked}, ${failing}
  select team_id::int as "teamId", registered, managed, excepted, ids as failing, '{}'::int[] as unanswered, count(*)::int as hosts
  from (select h.team_id, h.registered, ${managed} as managed, ${excepted("$3")} as excepted, h.ids from failing h join teams t on t.id = h.team_id) f
  group by 1, 2, 3, 4, 5`;

const listUnansweredOf = statement(
  "policies.gating_unanswered_of",
  `select h.id::int as "hostId", array_agg(p.id order by p.id)::int[] as unanswered
   from unnest($1::int[]) as given(id) join hosts h on h.id = given.id join policies p on p.id = any($2::int[]) and ${policyCoversHostSql("p", "h")}
   where not exists (select 1 from policy_results r where r.policy_id = p.id and r.host_id = h.id and r.outcome in ('pass', 'fail') and r.policy_version = p.version)
   group by h.id`,
);

const countMacs = statement(
  "policies.gating_macs",
  `select count(*)::int as hosts, count(*) filter (where registered)::int as registered from host_places
   where platform = 'darwin' and ($1::int[] is null or team_id = any($1::int[]))`,
);

/** The policies that may count for hosts of a team (all teams for null), and where gating is on. */
export async function loadGatingState(sql: Sql, teamId: number | null): Promise<GatingState> {
  const policies = await sql.rows<GatingCandidate>(listPolicies, [teamId]);
  const teams = await sql.rows<{ id: number }>(listTeamsOn);
  return { policies, teamsOn: new Set(teams.map((team) => team.id)) };
}

/** The Macs of these teams, or of all for null, that fail one of these policies, or, if asked for, aren't managed. What they haven't answered isn't told. */
export async function listGatingFacts(
  sql: Sql,
  teamIds: number[] | null,
  policyIds: number[],
  now: Date,
  { withUnmanaged = false }: { withUnmanaged?: boolean } = {},
): Promise<GatingFacts[]> {
  return sql.rows<GatingFacts>(planned(facts(withUnmanaged)), [teamIds, policyIds, now]);
}

/** The Macs of these teams, or of all for null, that fail one of these policies, counted by how they stand. What they haven't answered isn't told. */
export async function countFailing(sql: Sql, teamIds: number[] | null, policyIds: number[], now: Date): Promise<AlikeHosts[]> {
  return sql.rows<AlikeHosts>(planned(alike), [teamIds, policyIds, now]);
}

/** Which of these policies each of these hosts is asked and hasn't answered, by host id; those that have answered all are missing. */
export async function listUnanswered(sql: Sql, hostIds: number[], policyIds: number[]): Promise<Map<number, number[]>> {
  if (hostIds.length === 0 || policyIds.length === 0) return new Map();
  const rows = await sql.rows<{ hostId: number; unanswered: number[] }>(listUnansweredOf, [hostIds, policyIds]);
  return new Map(rows.map(({ hostId, unanswered }) => [hostId, unanswered]));
}

/**
 * The Macs of these teams, or of all for null, that Entra knows, that fail none of `gating` and haven't answered one of `policies`, counted by what they
 * haven't answered. One pass for each policy over those who have answered it.
 */
export async function countWaiting(
  sql: Sql,
  teamIds: number[] | null,
  policies: readonly GatingCandidate[],
  gating: readonly number[],
  now: Date,
): Promise<AlikeHosts[]> {
  if (policies.length === 0) return [];
  const values: unknown[] = [teamIds, gating, now];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const unanswered = policies.map((policy) => {
    const id = `${bind(policy.id)}::int`;
    const conditions = ["h.registered", ...scopeConditions(policy, "h", bind), "($1::int[] is null or h.team_id = any($1::int[]))"];
    return `select h.host_id as id, h.team_id, h.mdm_state, ${id} as policy_id from host_places h where h.platform = 'darwin' and ${conditions.join(" and ")}
      and not exists (select 1 from policy_results r where r.policy_id = ${id} and r.host_id = h.host_id and r.outcome in ('pass', 'fail')
        and r.policy_version = ${bind(policy.version)}::int)`;
  });
  const text = `
    with ${asked}, ${failing}, unanswered as (${unanswered.join(" union all ")}), hosts_of as (
      select u.id, u.team_id, u.mdm_state, array_agg(u.policy_id order by u.policy_id)::int[] as unanswered from unanswered u group by 1, 2, 3)
    select h.team_id::int as "teamId", true as registered, true as managed, false as excepted, '{}'::int[] as failing, h.unanswered, count(*)::int as hosts
    from hosts_of h join teams t on t.id = h.team_id
    where ${managed} and not ${excepted("$3")}
      and h.id not in (select id from failing)
    group by h.team_id, h.unanswered`;
  return sql.rows<AlikeHosts>(planned(text), values);
}

/** How many Macs there are in these teams, or in all for null, and how many of them Entra knows. */
export async function countGatingHosts(sql: Sql, teamIds: number[] | null): Promise<{ hosts: number; registered: number }> {
  return (await sql.rows<{ hosts: number; registered: number }>(countMacs, [teamIds]))[0] ?? { hosts: 0, registered: 0 };
}

/** A policy with how many hosts fail it, of whatever platform and whether Entra knows them or not. */
export interface TalliedPolicy {
  id: number;
  fail: number;
  labels: readonly unknown[];
}

/**
 * How many Macs that Entra knows fail each of these policies, which ask Macs, by policy id. Each policy's `fail` is of the hosts of these teams, or of all
 * for null. Policies with labels are counted host by host, for a tally goes on counting those who left a label.
 */
export async function countGatingFailures(sql: Sql, teamIds: number[] | null, policies: readonly TalliedPolicy[]): Promise<Map<number, number>> {
  const plain = policies.filter(({ labels }) => labels.length === 0);
  const withLabels = policies.filter(({ labels }) => labels.length > 0);
  const [others, narrowed] = await Promise.all([countFailures(sql, failuresOfOthers, teamIds, plain), countFailures(sql, failuresOfMacs, teamIds, withLabels)]);
  return new Map([...narrowed, ...plain.map(({ id, fail }): [number, number] => [id, Math.max(0, fail - (others.get(id) ?? 0))])]);
}

async function countFailures(sql: Sql, text: string, teamIds: number[] | null, policies: readonly TalliedPolicy[]): Promise<Map<number, number>> {
  if (policies.length === 0) return new Map();
  const rows = await sql.rows<{ policyId: number; fail: number }>(planned(text), [teamIds, policies.map(({ id }) => id)]);
  return new Map(rows.map(({ policyId, fail }) => [policyId, fail]));
}

const failuresOf = (hosts: string, condition: string) => `
  with ${asked} select r.policy_id::int as "policyId", count(*)::int as fail
  from ${hosts} h join policy_results r on r.host_id = h.id and r.outcome = 'fail'
  join asked p on p.id = r.policy_id and p.version = r.policy_version where ${condition} group by 1`;
const failuresOfMacs = failuresOf(macs, `h.registered and ${asksMac}`);
const failuresOfOthers = failuresOf(
  `(select host_id as id, team_id from host_places where (not registered or platform <> 'darwin') and ($1::int[] is null or team_id = any($1::int[])))`,
  "p.team_id is null or p.team_id = h.team_id",
);
