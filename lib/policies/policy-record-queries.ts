import { statement, type Sql } from "@/lib/db/sql";
import type { PolicyAnswer } from "./policy-answer";

// An answer left out never frees a host: a stored failure stays, a pass becomes unknown, and an unknown goes on since when it was.
// Rows that would stay as they are aren't touched, and answers to an older version of the policy aren't taken.
const upsert = statement(
  "policies.record_results",
  `with given as (
     select distinct on (u.host_id, u.policy_id) u.* from unnest($1::int[], $2::int[], $3::int[], $4::text[], $5::text[]) with ordinality
       as u(host_id, policy_id, version, outcome, message, position) order by u.host_id, u.policy_id, u.position desc
   ), settled as (
     select g.host_id, g.policy_id, g.version, r.outcome as old_outcome, r.policy_version as old_version, r.message as old_message,
       case when g.outcome <> 'unanswered' then g.outcome when r.policy_version = g.version and r.outcome = 'fail' then 'fail' else 'unknown' end as outcome,
       case when g.outcome <> 'unanswered' then g.message when r.policy_version = g.version and r.outcome <> 'pass' then r.message
         else 'The host left this policy out of its answer.' end as message
     from given g join policies p on p.id = g.policy_id and p.version = g.version join hosts h on h.id = g.host_id
     left join policy_results r on r.host_id = g.host_id and r.policy_id = g.policy_id
   ), changed as (
     select * from settled where (old_outcome, old_version, old_message) is distinct from (outcome, version, message)
   )
   insert into policy_results as r (host_id, policy_id, outcome, policy_version, outcome_since, message)
   select host_id, policy_id, outcome, version, $6::timestamptz, message from changed order by host_id, policy_id
   on conflict (host_id, policy_id) do update set outcome = excluded.outcome, policy_version = excluded.policy_version, message = excluded.message,
     outcome_since = case when r.outcome = excluded.outcome and r.policy_version = excluded.policy_version then r.outcome_since else excluded.outcome_since end
   returning r.host_id as "hostId"`,
);

const remove = statement(
  "policies.end_results",
  `delete from policy_results r using unnest($1::int[], $2::int[]) as u(host_id, policy_id)
   where r.host_id = u.host_id and r.policy_id = u.policy_id returning r.host_id as "hostId"`,
);

/** Stores answers in one statement; returns the hosts for which a row changed. */
export async function upsertPolicyResults(sql: Sql, answers: readonly PolicyAnswer[], now: Date): Promise<number[]> {
  if (answers.length === 0) return [];
  const rows = await sql.rows<{ hostId: number }>(upsert, [
    answers.map((a) => a.hostId),
    answers.map((a) => a.policyId),
    answers.map((a) => a.policyVersion),
    answers.map((a) => a.outcome),
    answers.map((a) => a.message),
    now,
  ]);
  return rows.map((row) => row.hostId);
}

/** Drops results of policies that no longer concern their host. Returns the hosts that lost one. */
export async function deletePolicyResults(sql: Sql, results: readonly { hostId: number; policyId: number }[]): Promise<number[]> {
  if (results.length === 0) return [];
  const rows = await sql.rows<{ hostId: number }>(remove, [results.map((r) => r.hostId), results.map((r) => r.policyId)]);
  return rows.map((row) => row.hostId);
}
