import { statement, type Sql } from "../db/sql";
import type { PolicyHost } from "./policy-host";
import { policyCoversHostSql } from "./policy-scope";

// The narrow copy of hosts stands for them until the page is cut.
const covered = `(select host_id as id, team_id, platform, name from host_places where $2::int[] is null or team_id = any($2::int[])) h`;

const shown = `
  select h.id::int as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), h.hardware_serial) as "hostName",
    coalesce(i.user_principal_name, '') as person, $3::text as outcome, page.since, page.message, c.access_state as "accessState"
  from page join hosts h on h.id = page.id
  left join host_entra_identities i on i.host_id = h.id
  left join host_compliance c on c.host_id = h.id
  order by page.since desc nulls last, page.name, page.id`;

const answered = statement(
  "policies.list_hosts",
  `with page as materialized (
     select h.id, h.name, r.outcome_since as since, r.message
     from policies p join policy_results r on r.policy_id = p.id and r.outcome = $3::text and r.policy_version = p.version
     join ${covered} on h.id = r.host_id and ${policyCoversHostSql("p", "h")}
     where p.id = $1::int order by r.outcome_since desc, h.name, h.id limit $4::int offset $5::int)
   ${shown}`,
);

// Who has answered neither yes nor no to the present version, whether it was asked yet or not.
const unanswered = statement(
  "policies.list_unanswered_hosts",
  `with page as materialized (
     select h.id, h.name, r.outcome_since as since, coalesce(r.message, '') as message
     from policies p join ${covered} on ${policyCoversHostSql("p", "h")}
     left join policy_results r on r.policy_id = p.id and r.host_id = h.id and r.outcome = 'unknown' and r.policy_version = p.version
     where p.id = $1::int and not exists (select 1 from policy_results a
       where a.policy_id = p.id and a.host_id = h.id and a.outcome in ('pass', 'fail') and a.policy_version = p.version)
     order by r.outcome_since desc nulls last, h.name, h.id limit $4::int offset $5::int)
   ${shown}`,
);

/** The hosts of these teams, or of all for null, that gave one policy this answer, latest change first. */
export async function listPolicyHostRows(
  sql: Sql,
  policyId: number,
  teamIds: number[] | null,
  outcome: "pass" | "fail" | "unknown",
  limit: number,
  offset: number,
): Promise<PolicyHost[]> {
  return sql.rows<PolicyHost>(outcome === "unknown" ? unanswered : answered, [policyId, teamIds, outcome, limit, offset]);
}
