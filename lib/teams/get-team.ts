import { authorize } from "../authorize";
import type { Context } from "../context";
import { authorizeTeam } from "./authorize-team";
import type { TeamCounts, TeamRow } from "./team";
import { countMembersOfTeams, getTeamRow } from "./team-queries";

/**
 * One team with how many hosts and users it has; id 0 is "No team".
 * @throws NotFoundError `team_not_found`, also for a team that the caller may not see; ForbiddenError `permission_denied`
 */
export async function getTeam(ctx: Context, teamId: number): Promise<TeamRow & TeamCounts> {
  authorize(ctx, "team:read");
  const team = await getTeamRow(ctx.db, teamId);
  authorizeTeam(ctx, team, "team:read");
  const counts = await countMembersOfTeams(ctx.sql, [teamId]);
  return { ...team, ...(counts.get(teamId) ?? { hostCount: 0, userCount: 0 }) };
}
