import { statement, type Sql } from "../db/sql";
import { countOutcomes } from "./count-outcomes";
import type { Policy, PolicyCounts, PolicyWithCounts } from "./policy";

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

const fields = `
  p.id::int as id, p.team_id::int as "teamId", p.name, p.description, p.query, p.resolution, p.platform, p.critical,
  p.conditional_access_enabled as "conditionalAccessEnabled", p.gated_since as "gatedSince", p.version::int as version, p.version_since as "versionSince",
  p.author_id::int as "authorId", p.author_name as "authorName", p.author_email as "authorEmail", p.created_at as "createdAt", p.updated_at as "updatedAt",
  coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'scope', pl.scope) order by l.id)
            from policy_labels pl join labels l on l.id = pl.label_id where pl.policy_id = p.id), '[]'::jsonb) as labels`;

const countKeys = { failing_host_count: "fail", passing_host_count: "pass", unknown_host_count: "unknown" } as const;
type CountKey = keyof typeof countKeys;

const orders: Record<Exclude<PolicyOrderKey, CountKey>, string> = {
  id: "p.id",
  name: "lower(p.name)",
  team_id: "p.team_id",
  created_at: "p.created_at",
  updated_at: "p.updated_at",
};

const countChosen = statement("policies.count", `select count(*)::int as count from policies p where ${chosen}`);

/** Policies with their counts, which are those of the hosts of `teamIds`. */
export async function listPolicyRowsWithCounts(
  sql: Sql,
  filter: PolicyFilter,
  teamIds: CountedTeams,
  order: { key: PolicyOrderKey; direction: "asc" | "desc" },
  page: { limit: number | null; offset: number },
): Promise<PolicyWithCounts[]> {
  if (isCountKey(order.key)) {
    // Only the counts of all decide what is on a page. Policies are few beside hosts, and equal counts stay in the order of names.
    const all = await withCounts(sql, await listChosen(sql, filter, { key: "name", direction: "asc" }, { limit: null, offset: 0 }), teamIds);
    const by = countKeys[order.key];
    const sign = order.direction === "desc" ? -1 : 1;
    return all.toSorted((a, b) => sign * (a[by] - b[by])).slice(page.offset, page.limit === null ? undefined : page.offset + page.limit);
  }
  return withCounts(sql, await listChosen(sql, filter, { ...order, key: order.key }, page), teamIds);
}

async function listChosen(
  sql: Sql,
  filter: PolicyFilter,
  order: { key: keyof typeof orders; direction: "asc" | "desc" },
  page: { limit: number | null; offset: number },
): Promise<Policy[]> {
  const direction = order.direction === "desc" ? "desc" : "asc";
  const text = `select ${fields} from policies p where ${chosen} order by ${orders[order.key]} ${direction} nulls first, lower(p.name), p.id limit $6::int offset $7::int`;
  return sql.rows<Policy>(statement(`policies.list_by_${order.key}_${direction}`, text), [...filterValues(filter), page.limit, page.offset]);
}

async function withCounts(sql: Sql, policies: Policy[], teamIds: CountedTeams): Promise<PolicyWithCounts[]> {
  const counts = await countOutcomes(sql, policies, teamIds);
  return policies.map((policy) => ({ ...policy, ...(counts.get(policy.id) as PolicyCounts) }));
}

function isCountKey(key: PolicyOrderKey): key is CountKey {
  return key in countKeys;
}

/** How many policies the filter leaves. */
export async function countPolicyRows(sql: Sql, filter: PolicyFilter): Promise<number> {
  return (await sql.rows<{ count: number }>(countChosen, filterValues(filter)))[0]?.count ?? 0;
}

function filterValues(filter: PolicyFilter): unknown[] {
  const like = filter.query === "" ? "" : `%${filter.query.replace(/[\\%_]/g, "\\$&")}%`;
  return [filter.teamId, filter.scope, like, filter.platform, filter.automation];
}
