import { isAllowed, teamsAllowed } from "../../authorize";
import type { Context, Role } from "../../context";
import { ForbiddenError, InvalidInputError } from "../../errors";
import type { RoleChoice, TeamRoleChoice, User } from "./user";
import { findTeamNames } from "./users-queries";

/** The roles that were asked for. Absent: not spoken of. `globalRole` null or "none": no global role. */
export interface RolesGiven {
  globalRole?: Role | null;
  teamRoles?: readonly TeamRoleChoice[];
}

/**
 * What a user will hold. A global role and roles on teams exclude each other: giving one takes the other away, giving both is refused. An admin of teams
 * chooses for their own teams only; what the user holds elsewhere stays.
 * @throws InvalidInputError `roles_invalid`; ForbiddenError `permission_denied`
 */
export async function chooseRoles(ctx: Context, given: RolesGiven, before: Pick<User, "globalRole" | "teamRoles"> | null): Promise<RoleChoice> {
  const globalRole = given.globalRole === null ? "none" : given.globalRole;
  const present = { globalRole: before?.globalRole ?? "none", teamRoles: (before?.teamRoles ?? []).map(({ teamId, role }) => ({ teamId, role })) };
  if (globalRole !== undefined && globalRole !== "none" && given.teamRoles && given.teamRoles.length > 0) {
    throw invalid("global_role", "a user holds a global role or roles on teams, not both; leave one out");
  }
  const reach = teamsAllowed(ctx, "user:write");
  if (globalRole !== undefined && globalRole !== present.globalRole && !isAllowed(ctx, "user:write", { teamId: null })) {
    throw new ForbiddenError("permission_denied", "Global roles are given by global admins. Choose roles on your teams instead.");
  }
  if (globalRole !== undefined && globalRole !== "none") return { globalRole, teamRoles: [] };
  // An empty list of teams takes no global role away: clients send both names of what they read.
  if (globalRole === undefined && present.globalRole !== "none" && (given.teamRoles?.length ?? 0) === 0) return { ...present, teamRoles: [] };
  if (given.teamRoles === undefined) return { globalRole: "none", teamRoles: present.teamRoles };
  await checkTeams(ctx, given.teamRoles);
  const kept = reach === "all" ? [] : present.teamRoles.filter(({ teamId }) => !reach.includes(teamId));
  return { globalRole: "none", teamRoles: [...kept, ...given.teamRoles] };
}

async function checkTeams(ctx: Context, teamRoles: readonly TeamRoleChoice[]): Promise<void> {
  const ids = teamRoles.map(({ teamId }) => teamId);
  const names = await findTeamNames(ctx.db, ids);
  for (const [index, { teamId }] of teamRoles.entries()) {
    if (teamId === 0) throw invalid(`teams.${index}.id`, "nobody holds a role on No team alone; give a global role");
    if (ids.indexOf(teamId) !== index) throw invalid(`teams.${index}.id`, `team ${teamId} is named twice; choose one role on it`);
    // A team of others is answered like one that isn't there.
    if (!names.has(teamId) || !isAllowed(ctx, "user:write", { teamId })) throw invalid(`teams.${index}.id`, `team ${teamId} was not found`);
  }
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("roles_invalid", "These roles can't be given.", { fields: [{ field, reason }] });
}
