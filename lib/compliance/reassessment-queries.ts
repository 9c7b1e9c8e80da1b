import { statement, type Sql } from "@/lib/db/sql";
import type { ReassessmentScope } from "@/lib/teams/request-reassessment";

const byId = statement("compliance.scope_ids", "select id from hosts where id = any($1::int[]) and id > $2::int order by id limit $3::int");
const byTeam = statement("compliance.scope_team", "select id from hosts where team_id = $1::int and id > $2::int order by id limit $3::int");
const byPolicy = statement(
  "compliance.scope_policy",
  // A policy that is gone by now may have been anybody's.
  `select h.id from hosts h left join policies p on p.id = $1::int
   where h.id > $2::int and (p.id is null or p.team_id is null or p.team_id = h.team_id) order by h.id limit $3::int`,
);
const everyHost = statement("compliance.scope_all", "select id from hosts where id > $1::int order by id limit $2::int");

/** The next hosts of a scope after `afterHostId`, in the order of their ids. */
export async function listHostsInScope(sql: Sql, scope: ReassessmentScope, afterHostId: number, limit: number): Promise<number[]> {
  const rows = await hostsIn(sql, scope, afterHostId, limit);
  return rows.map(({ id }) => id);
}

function hostsIn(sql: Sql, scope: ReassessmentScope, after: number, limit: number): Promise<{ id: number }[]> {
  if ("hostIds" in scope) return sql.rows(byId, [scope.hostIds, after, limit]);
  if ("teamId" in scope) return sql.rows(byTeam, [scope.teamId, after, limit]);
  if ("policyId" in scope) return sql.rows(byPolicy, [scope.policyId, after, limit]);
  return sql.rows(everyHost, [after, limit]);
}

const listDue = statement(
  "compliance.list_due_assessments",
  `select host_id as id from host_compliance where assess_again_at <= $1::timestamptz and host_id > $2::int order by host_id limit $3::int`,
);

/** Hosts whose verdict can have changed by time alone: grace, staleness or an exception has ended. */
export async function listDueAssessments(sql: Sql, now: Date, afterHostId: number, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listDue, [now, afterHostId, limit])).map(({ id }) => id);
}

const listWaiting = statement(
  "compliance.list_waiting_assessments",
  `select c.host_id as id from host_compliance c join hosts h on h.id = c.host_id join teams t on t.id = h.team_id join host_seen s on s.host_id = h.id
   where c.host_id > $2::int and t.conditional_access_enabled and (
     (c.reasons @> '[{"code": "stale"}]'::jsonb and s.seen_at > $1::timestamptz - make_interval(secs => t.stale_after_seconds))
     or (c.reasons @? '$[*] ? (@.code == "waiting_for_answer" && !exists(@.since))' and s.seen_at > c.assessed_at))
   order by c.host_id limit $3::int`,
);

/** Hosts that were silent and were heard of again, and hosts that were asked something and have checked in since. */
export async function listReturnedHosts(sql: Sql, now: Date, afterHostId: number, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listWaiting, [now, afterHostId, limit])).map(({ id }) => id);
}

const listUnassessed = statement(
  "compliance.list_unassessed_hosts",
  `select h.id from hosts h left join host_compliance c on c.host_id = h.id where c.host_id is null and h.id > $1::int order by h.id limit $2::int`,
);

/** Hosts about which nothing was ever decided. */
export async function listUnassessedHosts(sql: Sql, afterHostId: number, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listUnassessed, [afterHostId, limit])).map(({ id }) => id);
}
