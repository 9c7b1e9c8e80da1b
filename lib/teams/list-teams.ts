import { authorize, isAllowed } from "../authorize";
import type { Context } from "../context";
import type { TeamCounts, TeamRow } from "./team";
import { countHostsOfTeams, listTeamRows } from "./team-queries";

/** Which teams, by a part of their name; `page` is zero-based, without `perPage` all come. */
export interface TeamListOptions {
  query?: string;
  page?: number;
  perPage?: number;
  /** "No team" is left out unless asked for: REST clients know it as id 0 only. */
  withNoTeam?: boolean;
}

/**
 * The teams this caller may see, by name, with their host counts.
 * @throws ForbiddenError `permission_denied`
 */
export async function listTeams(ctx: Context, options: TeamListOptions = {}): Promise<(TeamRow & TeamCounts)[]> {
  authorize(ctx, "team:read");
  const all = await listTeamRows(ctx.db, options.query?.trim() ?? "");
  const visible = all.filter((team) => (options.withNoTeam || !team.isDefault) && isAllowed(ctx, "team:read", { teamId: team.id }));
  const start = options.perPage ? (options.page ?? 0) * options.perPage : 0;
  const teams = visible.slice(start, options.perPage ? start + options.perPage : undefined);
  const hosts = await countHostsOfTeams(
    ctx.sql,
    teams.map((team) => team.id),
  );
  // Roles per team come with the sign-in work; until then no user belongs to a team.
  return teams.map((team) => ({ ...team, hostCount: hosts.get(team.id) ?? 0, userCount: 0 }));
}
