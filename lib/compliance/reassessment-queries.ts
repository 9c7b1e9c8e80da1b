import { statement, type Sql, type Statement } from "@/lib/db/sql";
import { policyCoversHostSql } from "@/lib/policies/policy-scope";
import type { ReassessmentCause, ReassessmentScope } from "@/lib/teams/request-reassessment";

// $1: after this host; $2: not behind this one; $3: only hosts whose team gates access; $4: how many.
const range = "h.id > $1::int and ($2::int is null or h.id <= $2::int) and (not $3::bool or t.conditional_access_enabled)";
const ordered = "order by h.id limit $4::int";
const hosts = "hosts h join teams t on t.id = h.team_id";
const byId = statement("compliance.scope_ids", `select h.id from ${hosts} where h.id = any($5::int[]) and ${range} ${ordered}`);
const byTeam = statement("compliance.scope_team", `select h.id from ${hosts} where h.team_id = $5::int and ${range} ${ordered}`);
const byPolicy = statement(
  "compliance.scope_policy",
  // A policy that is gone by now may have been anybody's.
  `select h.id from ${hosts} left join policies p on p.id = $5::int where (p.id is null or ${policyCoversHostSql("p", "h")}) and ${range} ${ordered}`,
);
const everyHost = statement("compliance.scope_all", `select h.id from ${hosts} where ${range} ${ordered}`);

// A team that is off decides nothing by its policies.
const causedByRules = new Set<ReassessmentCause>(["gated_policies_changed", "policy_edited", "policy_deleted", "label_changed"]);

/** A stretch of host ids: behind `after`, up to and with `upTo`. */
export interface HostRange {
  after: number;
  upTo: number | null;
}

/** The next hosts of a scope whose verdict this cause can move, in the order of their ids. */
export async function listHostsInScope(
  sql: Sql,
  scope: ReassessmentScope,
  cause: ReassessmentCause,
  { after, upTo }: HostRange,
  limit: number,
): Promise<number[]> {
  const values = [after, upTo, causedByRules.has(cause), limit];
  const [text, subject] = queryOf(scope);
  const rows = await sql.rows<{ id: number }>(text, subject === null ? values : [...values, subject]);
  return rows.map(({ id }) => id);
}

function queryOf(scope: ReassessmentScope): [Statement, number | number[] | null] {
  if ("hostIds" in scope) return [byId, scope.hostIds];
  if ("teamId" in scope) return [byTeam, scope.teamId];
  if ("policyId" in scope) return [byPolicy, scope.policyId];
  return [everyHost, null];
}

const listDue = statement(
  "compliance.list_due_assessments",
  `select host_id as id, assess_again_at as at from host_compliance
   where assess_again_at <= $1::timestamptz and (assess_again_at, host_id) > ($2::timestamptz, $3::int) order by assess_again_at, host_id limit $4::int`,
);

/** A host whose time came, and when. */
export interface DueHost {
  id: number;
  at: Date;
}

/** Hosts whose verdict can have changed by time alone: grace, staleness or an exception has ended. Those due longest come first; `after` continues behind one. */
export async function listDueAssessments(sql: Sql, now: Date, after: DueHost | null, limit: number): Promise<DueHost[]> {
  return sql.rows<DueHost>(listDue, [now, after?.at ?? new Date(0), after?.id ?? 0, limit]);
}

// The inner conditions are an index's own, which holds few hosts of many; of those, the long silent ones are left out by the longest patience of any team.
const listWaiting = statement(
  "compliance.list_waiting_assessments",
  `select w.host_id as id from (
     select c.host_id, c.reasons, c.assessed_at, (select s.seen_at from host_seen s where s.host_id = c.host_id) as seen_at from host_compliance c
     where (c.reasons @> '[{"code": "stale"}]'::jsonb or c.reasons @? '$[*] ? (@.code == "waiting_for_answer" && !exists(@.since))'::jsonpath)
       and c.host_id > $2::int order by c.host_id
   ) w join hosts h on h.id = w.host_id join teams t on t.id = h.team_id
   where (w.seen_at > w.assessed_at or w.seen_at > $1::timestamptz - make_interval(secs => (select max(stale_after_seconds) from teams)))
     and t.conditional_access_enabled and (
       (w.reasons @> '[{"code": "stale"}]'::jsonb and w.seen_at > $1::timestamptz - make_interval(secs => t.stale_after_seconds))
       or (w.reasons @? '$[*] ? (@.code == "waiting_for_answer" && !exists(@.since))'::jsonpath and w.seen_at > w.assessed_at))
   order by w.host_id limit $3::int`,
);

/** Hosts that were silent and were heard of again, and hosts that were asked something and have checked in since. */
export async function listReturnedHosts(sql: Sql, now: Date, afterHostId: number, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listWaiting, [now, afterHostId, limit])).map(({ id }) => id);
}

const listUnassessed = statement(
  "compliance.list_unassessed_hosts",
  `select h.id from hosts h where h.id > $1::int and not exists (select 1 from host_compliance c where c.host_id = h.id) order by h.id limit $2::int`,
);

/** Hosts about which nothing was ever decided. */
export async function listUnassessedHosts(sql: Sql, afterHostId: number, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listUnassessed, [afterHostId, limit])).map(({ id }) => id);
}

const findNewest = statement("compliance.find_newest_host", "select coalesce(max(id), 0)::int as id from hosts");

/** The highest id of a host. */
export async function findNewestHostId(sql: Sql): Promise<number> {
  return (await sql.rows<{ id: number }>(findNewest))[0]?.id ?? 0;
}
