import { statement, type Sql } from "../db/sql";
import type { PolicyCounts, PolicyWithCounts } from "./policy";
import { policyCoversHostSql } from "./policy-scope";

/** By what policies are put in order. */
export const policyOrderKeys = ["id", "name", "team_id", "created_at", "updated_at", "failing_host_count", "passing_host_count", "unknown_host_count"] as const;
export type PolicyOrderKey = (typeof policyOrderKeys)[number];

/** Which policies are meant: a team's own, those it inherits from all teams, or both. For `teamId` null only `own` makes sense. */
export interface PolicyFilter {
  teamId: number | null;
  scope: "own" | "inherited" | "both";
  query: string;
  /** A platform the policy asks; empty for any. */
  platform: string;
  /** gated: those that gate access; other: those that don't; empty: any. */
  automation: "gated" | "other" | "";
}

/** Whose answers are counted: those of the hosts of these teams, or of all for null. */
type CountedTeams = number[] | null;

const chosen = `
  (($2::text in ('own', 'both') and p.team_id is not distinct from $1::int) or ($2::text in ('inherited', 'both') and p.team_id is null))
  and ($3::text = '' or p.name ilike $3::text or p.query ilike $3::text)
  and ($4::text = '' or p.platform = '' or $4::text = any(string_to_array(p.platform, ',')))
  and ($5::text = '' or p.conditional_access_enabled = ($5::text = 'gated'))`;

// The teams' place among a statement's values differs.
const counts = (teamIds: "$2" | "$6") => `
  select count(*) filter (where r.outcome = 'pass' and r.policy_version = p.version)::int as pass,
         count(*) filter (where r.outcome = 'fail' and r.policy_version = p.version)::int as fail,
         count(*) filter (where r.outcome is null or r.outcome = 'unknown' or r.policy_version <> p.version)::int as unknown
  from hosts h left join policy_results r on r.policy_id = p.id and r.host_id = h.id
  where (${teamIds}::int[] is null or h.team_id = any(${teamIds}::int[])) and ${policyCoversHostSql("p", "h")}`;

const fields = `
  p.id::int as id, p.team_id::int as "teamId", p.name, p.description, p.query, p.resolution, p.platform, p.critical,
  p.conditional_access_enabled as "conditionalAccessEnabled", p.gated_since as "gatedSince", p.version::int as version, p.version_since as "versionSince",
  p.author_id::int as "authorId", p.author_name as "authorName", p.author_email as "authorEmail", p.created_at as "createdAt", p.updated_at as "updatedAt",
  coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'scope', pl.scope) order by l.id)
            from policy_labels pl join labels l on l.id = pl.label_id where pl.policy_id = p.id), '[]'::jsonb) as labels`;

const orders: Record<PolicyOrderKey, string> = {
  id: "p.id",
  name: "lower(p.name)",
  team_id: "p.team_id",
  created_at: "p.created_at",
  updated_at: "p.updated_at",
  failing_host_count: "c.fail",
  passing_host_count: "c.pass",
  unknown_host_count: "c.unknown",
};
const countKeys = new Set<PolicyOrderKey>(["failing_host_count", "passing_host_count", "unknown_host_count"]);

const countChosen = statement("policies.count", `select count(*)::int as count from policies p where ${chosen}`);
const countOne = statement("policies.count_one", `select c.* from policies p cross join lateral (${counts("$2")}) c where p.id = $1::int`);

/** Policies with their counts, which are those of the hosts of `teamIds`. */
export async function listPolicyRowsWithCounts(
  sql: Sql,
  filter: PolicyFilter,
  teamIds: CountedTeams,
  order: { key: PolicyOrderKey; direction: "asc" | "desc" },
  page: { limit: number | null; offset: number },
): Promise<PolicyWithCounts[]> {
  const direction = order.direction === "desc" ? "desc" : "asc";
  const place = `row_number() over (order by ${orders[order.key]} ${direction} nulls first, lower(p.name), p.id) as place`;
  // Counting reads every host of the team: it comes after the page is cut, unless the counts themselves decide what is on it.
  const text = countKeys.has(order.key)
    ? `with cut as materialized (select p.id, c.*, ${place} from policies p cross join lateral (${counts("$6")}) c where ${chosen} order by place limit $7::int offset $8::int)
       select ${fields}, cut.pass, cut.fail, cut.unknown from cut join policies p on p.id = cut.id order by cut.place`
    : `with cut as materialized (select p.id, ${place} from policies p where ${chosen} order by place limit $7::int offset $8::int)
       select ${fields}, c.* from cut join policies p on p.id = cut.id cross join lateral (${counts("$6")}) c order by cut.place`;
  return sql.rows<PolicyWithCounts>(statement(`policies.list_by_${order.key}_${direction}`, text), [...filterValues(filter), teamIds, page.limit, page.offset]);
}

/** How many policies the filter leaves. */
export async function countPolicyRows(sql: Sql, filter: PolicyFilter): Promise<number> {
  return (await sql.rows<{ count: number }>(countChosen, filterValues(filter)))[0]?.count ?? 0;
}

/** The counts of one policy, among the hosts of some teams or, for null, of all it asks. */
export async function countPolicyOutcomes(sql: Sql, policyId: number, teamIds: CountedTeams): Promise<PolicyCounts> {
  return (await sql.rows<PolicyCounts>(countOne, [policyId, teamIds]))[0] ?? { pass: 0, fail: 0, unknown: 0 };
}

function filterValues(filter: PolicyFilter): unknown[] {
  const like = filter.query === "" ? "" : `%${filter.query.replace(/[\\%_]/g, "\\$&")}%`;
  return [filter.teamId, filter.scope, like, filter.platform, filter.automation];
}
