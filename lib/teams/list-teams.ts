import { authorizeList } from "../authorize";
import type { Context } from "../context";
import type { TeamCounts, TeamRow } from "./team";
import { countMembersOfTeams, listTeamRows } from "./team-queries";

/** Which teams, by a part of their name; `page` is zero-based, without `perPage` all come. */
export interface TeamListOptions {
  query?: string;
  page?: number;
  perPage?: number;
}

const nothing: TeamCounts = { hostCount: 0, userCount: 0 };

/**
 * The teams this caller may see, by name, with how many hosts and users each has. "No team" isn't among them: REST clients know it as id 0 only.
 * @throws ForbiddenError `permission_denied`
 */
export async function listTeams(ctx: Context, options: TeamListOptions = {}): Promise<(TeamRow & TeamCounts)[]> {
  const teamIds = authorizeList(ctx, "team:read");
  const { perPage } = options;
  const page = { limit: perPage, offset: perPage ? (options.page ?? 0) * perPage : 0 };
  const teams = await listTeamRows(ctx.db, { teamIds, withNoTeam: false, query: options.query?.trim() ?? "" }, page);
  const counts = await countMembersOfTeams(
    ctx.sql,
    teams.map((team) => team.id),
  );
  return teams.map((team) => ({ ...team, ...(counts.get(team.id) ?? nothing) }));
}
