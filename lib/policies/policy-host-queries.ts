import { statement, type Sql } from "../db/sql";
import type { Policy } from "./policy";
import type { PolicyHost } from "./policy-host";
import { scopeConditions } from "./policy-scope";

type Asked = Pick<Policy, "id" | "teamId" | "platform" | "version" | "labels">;

// The narrow copy of hosts stands for them until the page is cut, and messages are read for the page alone.
const shown = `
  select h.id::int as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), h.hardware_serial) as "hostName",
    coalesce(i.user_principal_name, '') as person, $3::text as outcome, page.since, case when page.since is null then '' else r.message end as message,
    c.access_state as "accessState"
  from page join hosts h on h.id = page.id
  left join policy_results r on r.host_id = page.id and r.policy_id = $1::int
  left join host_entra_identities i on i.host_id = h.id
  left join host_compliance c on c.host_id = h.id
  order by page.since desc nulls last, page.name, page.id`;

const answered = (asks: string) => `
  with page as materialized (
    select h.host_id as id, h.name, r.outcome_since as since
    from policy_results r join host_places h on h.host_id = r.host_id and ${asks}
    where r.policy_id = $1::int and r.outcome = $3::text and r.policy_version = $2::int
    order by r.outcome_since desc, h.name, h.host_id limit $4::int offset $5::int)
  ${shown}`;

// Who has answered neither yes nor no to the present version, whether it was asked yet or not.
const unanswered = (asks: string) => `
  with page as materialized (
    select h.host_id as id, h.name, r.outcome_since as since
    from host_places h left join policy_results r on r.policy_id = $1::int and r.host_id = h.host_id and r.outcome = 'unknown' and r.policy_version = $2::int
    where ${asks} and not exists (select 1 from policy_results a
      where a.policy_id = $1::int and a.host_id = h.host_id and a.outcome in ('pass', 'fail') and a.policy_version = $2::int)
    order by r.outcome_since desc nulls last, h.name, h.host_id limit $4::int offset $5::int)
  ${shown}`;

/** The hosts of these teams, or of all for null, that gave one policy this answer, latest change first. */
export async function listPolicyHostRows(
  sql: Sql,
  policy: Asked,
  teamIds: number[] | null,
  outcome: "pass" | "fail" | "unknown",
  limit: number,
  offset: number,
): Promise<PolicyHost[]> {
  const values: unknown[] = [policy.id, policy.version, outcome, limit, offset];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const asks = [...(teamIds === null ? [] : [`h.team_id = any(${bind(teamIds)}::int[])`]), ...scopeConditions(policy, "h", bind)];
  const text = (outcome === "unknown" ? unanswered : answered)(asks.join(" and ") || "true");
  // No name: planned for this policy and answer, because a few failures want another plan than a fleet of passes.
  return sql.rows<PolicyHost>(statement("", text), values);
}
