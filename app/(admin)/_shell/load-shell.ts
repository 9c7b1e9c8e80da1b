import { onlyTeam } from "@/app/_components/chosen-team";
import { isAllowed, teamsAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { getDeliveryHealth } from "@/lib/compliance/delivery-health";
import { countHosts } from "@/lib/hosts/count-hosts";
import { countPolicies } from "@/lib/policies/count-policies";
import { listTeamNames } from "@/lib/teams/list-team-names";

/** What the navigation shows. A count is null when the visitor's role doesn't show the list. */
export interface ShellFacts {
  person: { name: string; email: string };
  teams: { id: number; name: string }[];
  /** What the visitor's lists hold while no team is chosen: every team, some of them, or the only one they have a role on. */
  reach: "all" | "some" | "one";
  may: Record<"overview" | "hosts" | "policies" | "labels" | "activities" | "users" | "settings", boolean>;
  hostCount: number | null;
  policyCount: number | null;
  /** One or two lines about what Microsoft was told lately. */
  health: { colour: "in" | "unsure" | "held" | "ink-3"; lines: string[] } | null;
}

/** Loads what the navigation shows, as far as the visitor's role reaches. */
export async function loadShell(ctx: Context): Promise<ShellFacts> {
  const own = onlyTeam(ctx);
  const [teams, hosts, policies, health] = await Promise.all([
    isAllowed(ctx, "team:read") ? listTeamNames(ctx, { withNoTeam: true }) : [],
    isAllowed(ctx, "host:list") ? countHosts(ctx) : null,
    isAllowed(ctx, "policy:read") ? countPolicies(ctx, own === undefined ? { teamId: null } : { teamId: own, scope: "both" }) : null,
    isAllowed(ctx, "connection:read") ? getDeliveryHealth(ctx) : null,
  ]);
  const { actor } = ctx;
  return {
    person: actor.kind === "user" ? { name: actor.name, email: actor.email } : { name: "", email: "" },
    teams,
    reach: teamsAllowed(ctx, "team:read") === "all" ? "all" : own === undefined ? "some" : "one",
    may: {
      overview: isAllowed(ctx, "host:list") && isAllowed(ctx, "report:read"),
      hosts: isAllowed(ctx, "host:list"),
      policies: isAllowed(ctx, "policy:read"),
      labels: isAllowed(ctx, "label:read"),
      activities: isAllowed(ctx, "activity:read"),
      users: isAllowed(ctx, "user:read"),
      settings: isAllowed(ctx, "organisation:write") || isAllowed(ctx, "connection:read"),
    },
    hostCount: hosts?.all ?? null,
    policyCount: policies,
    health: health && { colour: health.tone === "none" ? "ink-3" : health.tone, lines: [health.line, health.second] },
  };
}
