import type { Policy } from "./policy";

/** What an activity says about a policy. Clients know -1 as "all teams" and 0 as "No team". */
export function policyActivityDetails(policy: Pick<Policy, "id" | "name" | "teamId">, teamName: string | null): Record<string, unknown> {
  return { policy_id: policy.id, policy_name: policy.name, team_id: policy.teamId ?? -1, team_name: policy.teamId ? teamName : null };
}

/** How lists of gated policies stand in an activity. */
export function namedPolicies(policies: Pick<Policy, "id" | "name">[]): { id: number; name: string }[] {
  return policies.map(({ id, name }) => ({ id, name }));
}
