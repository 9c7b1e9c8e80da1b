import type { Sql } from "../db/sql";
import type { Policy, PolicyCounts } from "./policy";
import { countAnswers, countHostGroups, countHostsInScope, countMemberGroups, type HostGroup, type MemberGroup } from "./policy-tally-queries";
import { platformFamily } from "./policy-scope";

type ScopedPolicy = Pick<Policy, "id" | "teamId" | "platform" | "labels">;

/**
 * How the hosts of these teams, or of all for null, stand to each policy, from tallies: no answer is read. Passes and failures are exact; a host that
 * left a policy's labels goes on counting until its next round of answers drops the old one.
 */
export async function countOutcomes(sql: Sql, policies: readonly ScopedPolicy[], teamIds: number[] | null): Promise<Map<number, PolicyCounts>> {
  if (policies.length === 0) return new Map();
  const labelIds = policies.flatMap(({ labels }) => (labels.length === 1 ? labels.map(({ id }) => id) : []));
  const narrowed = policies.filter(({ labels }) => labels.length > 1).map(({ id }) => id);
  const answers = await countAnswers(
    sql,
    policies.map(({ id }) => id),
    teamIds,
  );
  const hosts = await countHostGroups(sql, teamIds);
  const members = await countMemberGroups(sql, [...new Set(labelIds)], teamIds);
  const inScope = await countHostsInScope(sql, narrowed, teamIds);
  return new Map(
    policies.map((policy) => {
      const { pass, fail } = answers.get(policy.id) ?? { pass: 0, fail: 0 };
      const asked = policy.labels.length > 1 ? (inScope.get(policy.id) ?? 0) : countAsked(policy, hosts, members);
      return [policy.id, { pass, fail, unknown: Math.max(0, asked - pass - fail) }];
    }),
  );
}

/** How many hosts a policy with at most one label asks, from hosts counted by group. Pure. */
export function countAsked({ teamId, platform, labels }: Omit<ScopedPolicy, "id">, hosts: readonly HostGroup[], members: readonly MemberGroup[]): number {
  const families = platform === "" ? null : new Set(platform.split(","));
  const sum = (groups: readonly HostGroup[]) =>
    groups.reduce((total, group) => {
      const covered = (teamId === null || group.teamId === teamId) && (families === null || families.has(platformFamily(group.platform)));
      return covered ? total + group.hosts : total;
    }, 0);
  const [label] = labels;
  if (!label) return sum(hosts);
  const inside = sum(members.filter((group) => group.labelId === label.id));
  return label.scope.startsWith("include") ? inside : sum(hosts) - inside;
}
