import { statement, type Sql } from "@/lib/db/sql";

// A host that goes on calling but has skipped two whole rounds of its policies withholds them. Times of answers have no index, for each hour moves
// them all: a stretch of hosts is read in the order of their ids, and that of their last call for the few whose answers are old.
const update = statement(
  "policies.end_withheld_passes",
  `with stretch as materialized (
     select h.id, h.team_id, h.policy_updated_at from hosts h where h.id > $2::int order by h.id limit $3::int
   ), silent as (
     select h.id from stretch s join hosts h on h.id = s.id join teams t on t.id = s.team_id
     where t.conditional_access_enabled and s.policy_updated_at < $1::timestamptz - interval '150 minutes'
       and (select seen.seen_at from host_seen seen where seen.host_id = s.id) > $1::timestamptz - interval '15 minutes'
     order by h.id for no key update of h
   ), ended as (
     update policy_results r set outcome = 'unknown', outcome_since = $1::timestamptz, message = 'The host goes on calling but stopped answering its policies.'
     from silent, policies p
     where r.host_id = silent.id and p.id = r.policy_id and p.conditional_access_enabled and p.version = r.policy_version and r.outcome = 'pass'
     returning r.host_id
   )
   select (select max(id) from stretch) as last, coalesce((select array_agg(distinct host_id) from ended), '{}')::int[] as "hostIds"`,
);

/**
 * Turns stored passes of hosts that call but don't answer into unknown, among the `limit` hosts behind `afterHostId`.
 * @returns the hosts that changed, and the last that was looked at; null when there was none
 */
export async function endWithheldPasses(sql: Sql, now: Date, afterHostId: number, limit: number): Promise<{ hostIds: number[]; last: number | null }> {
  return (await sql.rows<{ hostIds: number[]; last: number | null }>(update, [now, afterHostId, limit]))[0] ?? { hostIds: [], last: null };
}
