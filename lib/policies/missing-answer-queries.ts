import { statement, type Sql } from "@/lib/db/sql";

// A host that goes on calling but has skipped two whole rounds of its policies withholds them.
const update = statement(
  "policies.end_withheld_passes",
  `with silent as (
     select h.id from hosts h join host_seen s on s.host_id = h.id join teams t on t.id = h.team_id
     where t.conditional_access_enabled and s.seen_at > $1::timestamptz - interval '15 minutes' and h.policy_updated_at < $1::timestamptz - interval '150 minutes'
     order by h.id limit $2::int for no key update of h
   )
   update policy_results r set outcome = 'unknown', outcome_since = $1::timestamptz, message = 'The host goes on calling but stopped answering its policies.'
   from silent, policies p
   where r.host_id = silent.id and p.id = r.policy_id and p.conditional_access_enabled and p.version = r.policy_version and r.outcome = 'pass'
   returning r.host_id as "hostId"`,
);

/** Turns stored passes of hosts that call but don't answer into unknown; at most `limit` hosts. Returns those that changed. */
export async function endWithheldPasses(sql: Sql, now: Date, limit: number): Promise<number[]> {
  const rows = await sql.rows<{ hostId: number }>(update, [now, limit]);
  return [...new Set(rows.map((row) => row.hostId))];
}
