import { authorize } from "../authorize";
import type { Context } from "../context";
import { getTeam } from "../teams/get-team";
import type { TeamRow } from "../teams/team";

/**
 * Lets the caller do this among the policies of a team, or, for null, among those for all teams; gives the team.
 * @throws NotFoundError `team_not_found`, also for a team that the caller may not see; UnauthenticatedError, ForbiddenError
 */
export async function authorizeScope(ctx: Context, permission: "policy:read" | "policy:write", teamId: number | null): Promise<TeamRow | null> {
  authorize(ctx, permission);
  const team = teamId === null ? null : await getTeam(ctx, teamId);
  authorize(ctx, permission, { teamId });
  return team;
}
