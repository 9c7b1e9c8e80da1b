import { statement, type Sql } from "../db/sql";
import { policyCoversHostSql } from "./policy-scope";

/** How many hosts of a team and a platform there are. */
export interface HostGroup {
  teamId: number;
  platform: string;
  hosts: number;
}

/** The same, of a label's members. */
export interface MemberGroup extends HostGroup {
  labelId: number;
}

// A tally and the notes about it are read in one statement: whatever is folded meanwhile, their sum is exact.
const answers = statement(
  "policies.count_answers",
  `select t.policy_id::int as "policyId", coalesce(sum(t.hosts) filter (where t.outcome = 'pass'), 0)::int as pass,
     coalesce(sum(t.hosts) filter (where t.outcome = 'fail'), 0)::int as fail
   from (select policy_id, team_id, policy_version, outcome, hosts from policy_tallies where policy_id = any($1::int[])
         union all select policy_id, team_id, policy_version, outcome, hosts from policy_tally_changes where policy_id = any($1::int[])) t
   join policies p on p.id = t.policy_id and p.version = t.policy_version
   where (p.team_id is null or p.team_id = t.team_id) and ($2::int[] is null or t.team_id = any($2::int[])) group by 1`,
);

const hosts = statement(
  "policies.count_hosts",
  `select team_id::int as "teamId", platform, count(*)::int as hosts from host_places where $1::int[] is null or team_id = any($1::int[]) group by 1, 2`,
);

const members = statement(
  "policies.count_members",
  `select label_id::int as "labelId", team_id::int as "teamId", platform, sum(hosts)::int as hosts
   from (select label_id, team_id, platform, hosts from label_tallies where label_id = any($1::int[])
         union all select label_id, team_id, platform, hosts from label_tally_changes where label_id = any($1::int[])) t
   where $2::int[] is null or team_id = any($2::int[]) group by 1, 2, 3`,
);

const inScope = statement(
  "policies.count_in_scope",
  `select p.id::int as "policyId", count(*)::int as hosts from policies p join hosts h on ${policyCoversHostSql("p", "h")}
   where p.id = any($1::int[]) and ($2::int[] is null or h.team_id = any($2::int[])) group by 1`,
);

/** Who answered these policies' present versions with yes and with no, among the hosts of these teams, or of all for null. */
export async function countAnswers(sql: Sql, policyIds: number[], teamIds: number[] | null): Promise<Map<number, { pass: number; fail: number }>> {
  const rows = await sql.rows<{ policyId: number; pass: number; fail: number }>(answers, [policyIds, teamIds]);
  return new Map(rows.map(({ policyId, pass, fail }) => [policyId, { pass, fail }]));
}

/** The hosts of these teams, or of all for null, by team and platform. */
export async function countHostGroups(sql: Sql, teamIds: number[] | null): Promise<HostGroup[]> {
  return sql.rows<HostGroup>(hosts, [teamIds]);
}

/** The members of these labels, by label, team and platform. */
export async function countMemberGroups(sql: Sql, labelIds: number[], teamIds: number[] | null): Promise<MemberGroup[]> {
  return labelIds.length === 0 ? [] : sql.rows<MemberGroup>(members, [labelIds, teamIds]);
}

/** How many hosts these policies ask, host by host: for those that several labels narrow. */
export async function countHostsInScope(sql: Sql, policyIds: number[], teamIds: number[] | null): Promise<Map<number, number>> {
  if (policyIds.length === 0) return new Map();
  const rows = await sql.rows<{ policyId: number; hosts: number }>(inScope, [policyIds, teamIds]);
  return new Map(rows.map((row) => [row.policyId, row.hosts]));
}

const fold = statement(
  "policies.fold_tallies",
  `with taken as (
     delete from policy_tally_changes where id in (select id from policy_tally_changes order by id limit $1::int for update skip locked)
     returning policy_id, team_id, policy_version, outcome, hosts
   ), summed as (
     insert into policy_tallies as t (policy_id, team_id, policy_version, outcome, hosts)
     select policy_id, team_id, policy_version, outcome, sum(hosts)::int from taken group by 1, 2, 3, 4 order by 1, 2, 3, 4
     on conflict (policy_id, team_id, policy_version, outcome) do update set hosts = t.hosts + excluded.hosts
   )
   select count(*)::int as count from taken`,
);

// Of an older version, and of a policy that is gone, nobody asks any more.
const forget = statement(
  "policies.forget_tallies",
  `delete from policy_tallies t where t.hosts = 0 or not exists (select 1 from policies p where p.id = t.policy_id) returning 1 as ok`,
);

/** Adds up to `limit` notes to the tallies; returns how many it took. */
export async function foldTallyChanges(sql: Sql, limit: number): Promise<number> {
  return (await sql.rows<{ count: number }>(fold, [limit]))[0]?.count ?? 0;
}

/** Drops tallies of nobody and of deleted policies. */
export async function forgetEmptyTallies(sql: Sql): Promise<void> {
  await sql.rows(forget);
}

/** A count that differs from the stored answers; `by` is what was missing from it. */
export interface TallyDrift {
  policyId: number;
  teamId: number;
  outcome: string;
  by: number;
}

// One statement, so one snapshot of answers, tallies and notes: what is written meanwhile is in none of them.
const heal = statement(
  "policies.heal_tallies",
  `with stored as (
     select r.policy_id, h.team_id, r.policy_version, r.outcome, count(*) as hosts from policy_results r join hosts h on h.id = r.host_id group by 1, 2, 3, 4
   ), told as (
     select policy_id, team_id, policy_version, outcome, sum(hosts) as hosts
     from (select policy_id, team_id, policy_version, outcome, hosts from policy_tallies
           union all select policy_id, team_id, policy_version, outcome, hosts from policy_tally_changes) t group by 1, 2, 3, 4
   )
   insert into policy_tally_changes (policy_id, team_id, policy_version, outcome, hosts)
   select policy_id, team_id, policy_version, outcome, coalesce(s.hosts, 0) - coalesce(t.hosts, 0)
   from stored s full join told t using (policy_id, team_id, policy_version, outcome)
   where coalesce(s.hosts, 0) <> coalesce(t.hosts, 0) and exists (select 1 from policies p where p.id = policy_id)
   returning policy_id::int as "policyId", team_id::int as "teamId", outcome, hosts::int as by`,
);

/** Compares every tally with the stored answers and notes the difference; returns what differed. Reads all answers once. */
export async function healTallies(sql: Sql): Promise<TallyDrift[]> {
  return sql.rows<TallyDrift>(heal);
}
