import { statement, type Sql } from "../db/sql";
import type { GatingFacts } from "./gating-preview";
import { policyCoversHostSql } from "./policy-scope";

/** What a gating preview starts from: every policy that might count, and where gating is on. */
export interface GatingState {
  policies: { id: number; teamId: number | null; gated: boolean }[];
  teamsOn: Set<number>;
}

const listPolicies = statement(
  "policies.gating_policies",
  `select id::int as id, team_id::int as "teamId", conditional_access_enabled as gated from policies where $1::int is null or team_id is null or team_id = $1::int`,
);
const listTeamsOn = statement("policies.gating_teams", `select id::int as id from teams where conditional_access_enabled`);

const registered = "coalesce(i.state = 'registered' and i.conflict_since is null, false)";

// Most hosts pass everything: only of the others there is something to say. Each answer is looked up, none is counted by reading all.
const listFacts = statement(
  "policies.gating_facts",
  `with answered as (
     select h.id, coalesce(array_agg(p.id order by p.id) filter (where r.outcome = 'fail' and r.policy_version = p.version), '{}')::int[] as failing,
       coalesce(array_agg(p.id order by p.id) filter (where p.id is not null and (r.outcome is null or r.outcome = 'unknown' or r.policy_version <> p.version)), '{}')::int[] as unanswered
     from hosts h
     left join policies p on p.id = any($2::int[]) and ${policyCoversHostSql("p", "h")}
     left join policy_results r on r.policy_id = p.id and r.host_id = h.id and r.policy_id = any($2::int[])
     where h.platform = 'darwin' and ($1::int[] is null or h.team_id = any($1::int[]))
     group by h.id
   )
   select h.id::int as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), h.hardware_serial) as "hostName", h.team_id::int as "teamId",
     coalesce(i.user_principal_name, '') as person, ${registered} as registered, m.managed,
     exists (select 1 from compliance_exceptions e where e.host_id = h.id and e.revoked_at is null and e.expires_at > $3::timestamptz) as excepted,
     a.failing, a.unanswered
   from answered a
   join hosts h on h.id = a.id
   join teams t on t.id = h.team_id
   join organisation o on o.id = 1
   cross join lateral (select (t.require_mdm = 'not_required' or h.mdm_state = 'unknown'
     or (h.mdm_state = 'on' and (t.require_mdm = 'any' or (o.public_url <> '' and starts_with(h.mdm_server_url, o.public_url))))) as managed) m
   left join host_entra_identities i on i.host_id = h.id
   where cardinality(a.failing) > 0 or cardinality(a.unanswered) > 0 or not m.managed
   order by "hostName", h.id`,
);

const countMacs = statement(
  "policies.gating_macs",
  `select count(*)::int as hosts, count(*) filter (where ${registered})::int as registered
   from hosts h left join host_entra_identities i on i.host_id = h.id
   where h.platform = 'darwin' and ($1::int[] is null or h.team_id = any($1::int[]))`,
);

const countFailures = statement(
  "policies.gating_failures",
  `select p.id::int as "policyId", count(*)::int as fail
   from policies p join policy_results r on r.policy_id = p.id and r.outcome = 'fail' and r.policy_version = p.version
   join hosts h on h.id = r.host_id and h.platform = 'darwin' and ($1::int[] is null or h.team_id = any($1::int[])) and ${policyCoversHostSql("p", "h")}
   join host_entra_identities i on i.host_id = h.id and ${registered}
   where p.id = any($2::int[]) group by p.id`,
);

/** The policies that may count for hosts of a team (all teams for null), and where gating is on. */
export async function loadGatingState(sql: Sql, teamId: number | null): Promise<GatingState> {
  const policies = await sql.rows<GatingState["policies"][number]>(listPolicies, [teamId]);
  const teams = await sql.rows<{ id: number }>(listTeamsOn);
  return { policies, teamsOn: new Set(teams.map((team) => team.id)) };
}

/**
 * The Macs of these teams, or of all for null, that fail one of these policies, haven't answered it or aren't managed, with how they stand.
 * Those that it leaves out pass them all.
 */
export async function listGatingFacts(sql: Sql, teamIds: number[] | null, policyIds: number[], now: Date): Promise<GatingFacts[]> {
  return sql.rows<GatingFacts>(listFacts, [teamIds, policyIds, now]);
}

/** How many Macs there are in these teams, or in all for null, and how many of them Entra knows. */
export async function countGatingHosts(sql: Sql, teamIds: number[] | null): Promise<{ hosts: number; registered: number }> {
  return (await sql.rows<{ hosts: number; registered: number }>(countMacs, [teamIds]))[0] ?? { hosts: 0, registered: 0 };
}

/** How many Macs that Entra knows fail each of these policies, by policy id; those that none fails are missing. */
export async function countGatingFailures(sql: Sql, teamIds: number[] | null, policyIds: number[]): Promise<Map<number, number>> {
  const rows = await sql.rows<{ policyId: number; fail: number }>(countFailures, [teamIds, policyIds]);
  return new Map(rows.map(({ policyId, fail }) => [policyId, fail]));
}
