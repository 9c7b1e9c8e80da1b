import type { Role, TeamRole } from "../../context";
import type { TeamRoleRow, UserRow } from "../user-queries";

/** A user as verbs give them: all but the password's hash, with their roles on teams as far as the caller may know of them. */
export interface User extends Omit<UserRow, "passwordHash"> {
  hasPassword: boolean;
  teamRoles: TeamRoleRow[];
}

/** The roles that can be given, strongest first. */
export const givableRoles = ["admin", "maintainer", "technician", "observer_plus", "observer", "gitops"] as const satisfies readonly TeamRole[];

/** A role to give on one team. */
export interface TeamRoleChoice {
  teamId: number;
  role: TeamRole;
}

/** What a user shall hold: a global role, or roles on teams, or nothing. */
export interface RoleChoice {
  globalRole: Role;
  teamRoles: TeamRoleChoice[];
}
