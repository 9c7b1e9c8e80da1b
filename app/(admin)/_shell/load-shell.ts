import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { getDeliveryHealth } from "@/lib/compliance/delivery-health";
import { countHosts } from "@/lib/hosts/count-hosts";
import { countPolicies } from "@/lib/policies/count-policies";
import { listTeams } from "@/lib/teams/list-teams";

/** What the navigation shows. A count is null when the visitor's role doesn't show the list. */
export interface ShellFacts {
  person: { name: string; email: string };
  teams: { id: number; name: string }[];
  hostCount: number | null;
  policyCount: number | null;
  /** Whether the visitor may see users. */
  seesUsers: boolean;
  /** One or two lines about what Microsoft was told lately. */
  health: { colour: "in" | "unsure" | "held" | "ink-3"; lines: string[] } | null;
}

/** Loads what the navigation shows, as far as the visitor's role reaches. */
export async function loadShell(ctx: Context): Promise<ShellFacts> {
  const [teams, hosts, policies, health] = await Promise.all([
    isAllowed(ctx, "team:read") ? listTeams(ctx, { withNoTeam: true }) : [],
    isAllowed(ctx, "host:list") ? countHosts(ctx) : null,
    isAllowed(ctx, "policy:read") ? countPolicies(ctx, { teamId: null }) : null,
    isAllowed(ctx, "connection:read") ? getDeliveryHealth(ctx) : null,
  ]);
  const { actor } = ctx;
  return {
    person: actor.kind === "user" ? { name: actor.name, email: actor.email } : { name: "", email: "" },
    teams: teams.map(({ id, name }) => ({ id, name })),
    hostCount: hosts?.all ?? null,
    policyCount: policies,
    seesUsers: isAllowed(ctx, "user:read"),
    health: health && { colour: health.tone === "none" ? "ink-3" : health.tone, lines: [health.line, health.second] },
  };
}
