/** The platforms a policy can ask, as the agents know them. Every Linux distribution is `linux`. */
export const policyPlatforms = ["darwin", "windows", "linux", "chrome"] as const;
export type PolicyPlatform = (typeof policyPlatforms)[number];

/** How labels narrow a policy: hosts in any or all of them, or hosts in none or not all of them. */
export const labelScopes = ["include_any", "include_all", "exclude_any", "exclude_all"] as const;
export type LabelScope = (typeof labelScopes)[number];

// What isn't a Linux distribution.
const notLinux = ["darwin", "windows", "chrome", "ios", "ipados", "android", ""];
const ownPlatforms = notLinux.map((name) => `'${name}'`).join(", ");

/** The policy platform of a host's platform: distributions become `linux`. */
export function platformFamily(hostPlatform: string): string {
  return notLinux.includes(hostPlatform) ? hostPlatform : "linux";
}

/** Whether a policy with this platform list can decide about Macs, the only hosts Entra is told about. An empty list is every platform. */
export function coversMac(platform: string): boolean {
  return platform === "" || platform.split(",").includes("darwin");
}

/** SQL: whether the policy in alias `p` asks the host in alias `h`, by team, platform and labels. Aliases are ours, never a caller's text. */
export function policyCoversHostSql(p: string, h: string): string {
  return `(
    (${p}.team_id is null or ${p}.team_id = ${h}.team_id)
    and (${p}.platform = '' or
      (case when ${h}.platform in (${ownPlatforms}) then ${h}.platform else 'linux' end) = any(string_to_array(${p}.platform, ',')))
    and (not exists (select 1 from policy_labels pl where pl.policy_id = ${p}.id) or ${labelsCoverHostSql(`${p}.id`, `${h}.id`)})
  )`;
}

/** SQL: the same by labels alone, with one look at each of them; takes expressions of both ids. */
export function labelsCoverHostSql(policyId: string, hostId: string): string {
  return `(select coalesce(bool_or(lm.host_id is not null) filter (where pl.scope = 'include_any'), true)
      and coalesce(bool_and(lm.host_id is not null) filter (where pl.scope = 'include_all'), true)
      and coalesce(bool_and(lm.host_id is null) filter (where pl.scope = 'exclude_any'), true)
      and coalesce(bool_or(lm.host_id is null) filter (where pl.scope = 'exclude_all'), true)
    from policy_labels pl left join label_memberships lm on lm.label_id = pl.label_id and lm.host_id = ${hostId} where pl.policy_id = ${policyId})`;
}

/** What of a policy says which hosts it asks. */
export interface PolicyScope {
  teamId: number | null;
  platform: string;
  labels: readonly { id: number; scope: LabelScope }[];
}

/**
 * SQL: the conditions under which one known policy asks the host in alias `h`, which has `host_id`, `team_id` and `platform`. Whole sets, so that a plan can tell
 * how many hosts that leaves; `bind` puts a value into the statement and gives its place.
 */
export function scopeConditions({ teamId, platform, labels }: PolicyScope, h: string, bind: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  const inAny = (ids: number[]) => `${h}.host_id in (select host_id from label_memberships where label_id = any(${bind(ids)}::int[]))`;
  const idsOf = (scope: LabelScope) => labels.filter((label) => label.scope === scope).map(({ id }) => id);
  const inAll = (ids: number[]) => ids.map((id) => inAny([id])).join(" and ");
  if (teamId !== null) conditions.push(`${h}.team_id = ${bind(teamId)}::int`);
  if (platform !== "") {
    const platforms = platform.split(",");
    const linux = platforms.includes("linux") ? ` or ${h}.platform not in (${ownPlatforms})` : "";
    conditions.push(`(${h}.platform = any(${bind(platforms)}::text[])${linux})`);
  }
  if (idsOf("include_any").length > 0) conditions.push(inAny(idsOf("include_any")));
  if (idsOf("include_all").length > 0) conditions.push(inAll(idsOf("include_all")));
  if (idsOf("exclude_any").length > 0) conditions.push(`not ${inAny(idsOf("exclude_any"))}`);
  if (idsOf("exclude_all").length > 0) conditions.push(`not (${inAll(idsOf("exclude_all"))})`);
  return conditions;
}
