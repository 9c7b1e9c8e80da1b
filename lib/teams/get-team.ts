import { authorize } from "../authorize";
import type { Context } from "../context";
import type { TeamCounts, TeamRow } from "./team";
import { countHostsOfTeams, getTeamRow } from "./team-queries";

/**
 * One team with its host count; id 0 is "No team".
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function getTeam(ctx: Context, teamId: number): Promise<TeamRow & TeamCounts> {
  authorize(ctx, "team:read");
  const team = await getTeamRow(ctx.db, teamId);
  authorize(ctx, "team:read", { teamId });
  const hosts = await countHostsOfTeams(ctx.sql, [teamId]);
  return { ...team, hostCount: hosts.get(teamId) ?? 0, userCount: 0 };
}
