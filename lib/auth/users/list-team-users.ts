import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { authorizeTeam } from "./authorize-team";
import { listUsers } from "./list-users";
import type { User } from "./user";

/**
 * The users who hold a role on a team, by name.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function listTeamUsers(ctx: Context, teamId: number, options: { query?: string; page?: number; perPage?: number | null } = {}): Promise<User[]> {
  authorize(ctx, "user:read");
  await authorizeTeam(ctx, teamId, "user:read");
  const { users } = await listUsers(ctx, { teamId, query: options.query }, { page: options.page, perPage: options.perPage });
  return users;
}
