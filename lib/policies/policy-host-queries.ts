import { statement, type Sql } from "../db/sql";
import type { PolicyHost } from "./policy-host";
import { policyCoversHostSql } from "./policy-scope";

const list = statement(
  "policies.list_hosts",
  `select q.* from (
     select h.id::int as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), h.hardware_serial) as "hostName",
       coalesce(i.user_principal_name, '') as person,
       case when r.policy_version = p.version then r.outcome else 'unknown' end as outcome,
       case when r.policy_version = p.version then r.outcome_since end as since,
       coalesce(r.message, '') as message, c.access_state as "accessState"
     from policies p join hosts h on ($2::int[] is null or h.team_id = any($2::int[])) and ${policyCoversHostSql("p", "h")}
     left join policy_results r on r.policy_id = p.id and r.host_id = h.id
     left join host_entra_identities i on i.host_id = h.id
     left join host_compliance c on c.host_id = h.id
     where p.id = $1::int) q
   where q.outcome = $3::text order by q.since desc nulls last, q."hostName", q."hostId" limit $4::int offset $5::int`,
);

/** The hosts of these teams, or of all for null, that gave one policy this answer, latest change first. */
export async function listPolicyHostRows(
  sql: Sql,
  policyId: number,
  teamIds: number[] | null,
  outcome: string,
  limit: number,
  offset: number,
): Promise<PolicyHost[]> {
  return sql.rows<PolicyHost>(list, [policyId, teamIds, outcome, limit, offset]);
}
