import { authorizeList, isAllowed, teamsAllowed } from "../authorize";
import type { Context } from "../context";
import { getTeamConnection } from "../teams/get-team-connection";
import type { OnDisable } from "../teams/team";
import { authorizeScope } from "./authorize-scope";
import { previewGating } from "./gating-preview";
import { countFailing, countGatingFailures, countGatingHosts, loadGatingState } from "./gating-queries";
import { listPolicies } from "./list-policies";
import { coversMac } from "./policy-scope";

/** How gating stands for one team or, for null, among the policies for all teams. */
export interface Gating {
  team: { id: number; name: string; enabled: boolean; since: Date | null; auditOnly: boolean; onDisable: OnDisable; unknownGraceSeconds: number } | null;
  /** The Macs that are looked at, of the team or of those that the caller may see, and how many of them policies keep out now. */
  macs: number;
  blocked: number;
  policies: GatingPolicy[];
  connected: boolean;
  /** Whether the caller may tick policies, may switch the team, may connect a tenant, and sees the choice for all teams whole. */
  mayTick: boolean;
  maySwitch: boolean;
  mayConnect: boolean;
  seesAllTeams: boolean;
}

/** One policy as the choice shows it. `fail`: Macs that Entra knows and that fail it. */
export interface GatingPolicy {
  id: number;
  name: string;
  platform: string;
  inherited: boolean;
  gated: boolean;
  canGate: boolean;
  fail: number;
}

/**
 * What there is to decide about gating: the switch, the policies with who fails them now, and what the caller may change.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function getGating(ctx: Context, teamId: number | null): Promise<Gating> {
  const team = await authorizeScope(ctx, "policy:read", teamId);
  const { policies } = await listPolicies(ctx, { teamId, scope: teamId === null ? "own" : "both" });
  const teamIds = authorizeList(ctx, "policy:read", teamId);
  const [{ hosts }, blocked, fails] = await Promise.all([
    countGatingHosts(ctx.sql, teamIds),
    countBlocked(ctx, teamId, teamIds),
    countGatingFailures(
      ctx.sql,
      teamIds,
      policies.filter(({ platform }) => coversMac(platform)),
    ),
  ]);
  const rows = policies.map((policy) => ({
    id: policy.id,
    name: policy.name,
    platform: policy.platform,
    inherited: teamId !== null && policy.teamId === null,
    gated: policy.conditionalAccessEnabled,
    canGate: coversMac(policy.platform),
    fail: fails.get(policy.id) ?? 0,
  }));
  return {
    team: team && {
      id: team.id,
      name: team.name,
      enabled: team.conditionalAccessEnabled,
      since: team.conditionalAccessSince,
      auditOnly: team.auditOnly,
      onDisable: team.onDisable as OnDisable,
      unknownGraceSeconds: team.unknownGraceSeconds,
    },
    macs: hosts,
    blocked,
    // Ticked ones first, then what can be ticked; within each the one that most fail.
    policies: rows.toSorted(
      (a, b) => Number(b.gated) - Number(a.gated) || Number(b.canGate) - Number(a.canGate) || b.fail - a.fail || a.name.localeCompare(b.name, "en"),
    ),
    connected: (await getTeamConnection(ctx, team?.connectionId ?? null)) !== null,
    mayTick: isAllowed(ctx, "policy:write", { teamId }),
    maySwitch: isAllowed(ctx, "conditional_access:write", { teamId }),
    mayConnect: isAllowed(ctx, "connection:write"),
    seesAllTeams: teamsAllowed(ctx, "policy:read") === "all",
  };
}

// Whom policies keep out, as things stand.
async function countBlocked(ctx: Context, teamId: number | null, teamIds: number[] | null): Promise<number> {
  const { policies, teamsOn } = await loadGatingState(ctx.sql, teamId);
  const gated = new Set(policies.filter((policy) => policy.gated && coversMac(policy.platform)).map(({ id }) => id));
  const rules = { gated, isOn: (id: number) => teamsOn.has(id) };
  return previewGating([], await countFailing(ctx.sql, teamIds, [...gated], ctx.now()), rules, rules).blockedBefore;
}
