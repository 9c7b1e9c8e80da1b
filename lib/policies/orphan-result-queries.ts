import { statement, type Sql } from "@/lib/db/sql";

// The ids of policies are found by one step through the index each, and their rows in its order: without one PostgreSQL walks through the table until it has met enough
// of them, which are ever farther apart. Rows that somebody holds are left for the next time.
const removeOrphans = statement(
  "policies.remove_orphan_results",
  `with recursive answered (policy_id) as (
     (select policy_id from policy_results order by policy_id limit 1)
     union all
     select (select r.policy_id from policy_results r where r.policy_id > a.policy_id order by r.policy_id limit 1) from answered a where a.policy_id is not null
   ), orphan as (
     select a.policy_id from answered a where a.policy_id is not null and not exists (select 1 from policies p where p.id = a.policy_id) limit 1
   ), removed as (
     delete from policy_results where ctid = any(array(
       select r.ctid from policy_results r where r.policy_id = (select policy_id from orphan)
       order by r.outcome, r.policy_version, r.host_id limit $1::int for update skip locked))
     returning 1
   )
   select count(*)::int as count from removed`,
);

/** Deletes up to `limit` results of one policy that is gone; answers how many. */
export async function deleteOrphanResults(sql: Sql, limit: number): Promise<number> {
  return (await sql.rows<{ count: number }>(removeOrphans, [limit]))[0]?.count ?? 0;
}
