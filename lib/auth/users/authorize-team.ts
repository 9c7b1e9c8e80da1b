import { authorizeFound, type Permission } from "../../authorize";
import type { Context } from "../../context";
import { NotFoundError } from "../../errors";
import { findTeamNames } from "./users-queries";

/**
 * Lets the actor at the users of a team; a team that they may not see is answered like one that isn't there.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function authorizeTeam(ctx: Context, teamId: number, permission: Permission): Promise<void> {
  const names = await findTeamNames(ctx.db, [teamId]);
  authorizeFound(
    ctx,
    names.has(teamId) ? { teamId } : null,
    { permission, see: "team:read" },
    () => new NotFoundError("team_not_found", `Team ${teamId} was not found.`),
  );
}
