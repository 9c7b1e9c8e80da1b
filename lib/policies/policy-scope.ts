/** The platforms a policy can ask, as the agents know them. Every Linux distribution is `linux`. */
export const policyPlatforms = ["darwin", "windows", "linux", "chrome"] as const;
export type PolicyPlatform = (typeof policyPlatforms)[number];

/** How labels narrow a policy: hosts in any or all of them, or hosts in none or not all of them. */
export const labelScopes = ["include_any", "include_all", "exclude_any", "exclude_all"] as const;
export type LabelScope = (typeof labelScopes)[number];

/** The policy platform of a host's platform: distributions become `linux`. */
export function platformFamily(hostPlatform: string): string {
  return ["darwin", "windows", "chrome", "ios", "ipados", "android", ""].includes(hostPlatform) ? hostPlatform : "linux";
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
      (case when ${h}.platform in ('darwin', 'windows', 'chrome', 'ios', 'ipados', 'android', '') then ${h}.platform else 'linux' end) = any(string_to_array(${p}.platform, ',')))
    and (not exists (select 1 from policy_labels pl where pl.policy_id = ${p}.id) or ${labelsCoverHostSql(p, h)})
  )`;
}

/** SQL: the same by labels alone, for a policy that has labels. */
export function labelsCoverHostSql(p: string, h: string): string {
  const scoped = (scope: LabelScope) => `select 1 from policy_labels pl where pl.policy_id = ${p}.id and pl.scope = '${scope}'`;
  const member = `exists (select 1 from label_memberships lm where lm.label_id = pl.label_id and lm.host_id = ${h}.id)`;
  return `(
    (not exists (${scoped("include_any")}) or exists (${scoped("include_any")} and ${member}))
    and not exists (${scoped("include_all")} and not ${member})
    and not exists (${scoped("exclude_any")} and ${member})
    and (not exists (${scoped("exclude_all")}) or exists (${scoped("exclude_all")} and not ${member})))`;
}
