import type { Db } from "../db/prisma";
import type { Role, TeamRole } from "../context";

/** A person or program that can sign in. */
export interface UserRow {
  id: number;
  email: string;
  name: string;
  passwordHash: string | null;
  globalRole: Role;
  apiOnly: boolean;
  apiRoutes: string[] | null;
  ssoEnabled: boolean;
  mustResetPassword: boolean;
  settings: unknown;
  lastSignedInAt: Date | null;
  disabledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** The user with this (lower-cased) address, or null. */
export async function findUserByEmail(db: Db, email: string): Promise<UserRow | null> {
  return (await db.user.findUnique({ where: { email } })) as UserRow | null;
}

/** The user with this id, or null. */
export async function findUser(db: Db, id: number): Promise<UserRow | null> {
  return (await db.user.findUnique({ where: { id } })) as UserRow | null;
}

/** Adds a user. */
export async function insertUser(db: Db, user: { email: string; name: string; passwordHash: string; globalRole: Role }): Promise<UserRow> {
  return (await db.user.create({ data: user })) as UserRow;
}

/** Stores a new password's hash. */
export async function updatePasswordHash(db: Db, id: number, passwordHash: string): Promise<void> {
  await db.user.update({ where: { id }, data: { passwordHash } });
}

/** A role on a team, with what a person calls the team. */
export interface TeamRoleRow {
  teamId: number;
  teamName: string;
  teamDescription: string;
  role: TeamRole;
}

/** What is read of a role on a team. */
export const teamRoleFields = { teamId: true, role: true, team: { select: { name: true, description: true } } } as const;

/** Roles as read with `teamRoleFields`, by the team's name. */
export function toTeamRoleRows(rows: { teamId: number; role: string; team: { name: string; description: string } }[]): TeamRoleRow[] {
  return rows
    .map(({ teamId, role, team }) => ({ teamId, teamName: team.name, teamDescription: team.description, role: role as TeamRole }))
    .toSorted((left, right) => left.teamName.localeCompare(right.teamName) || left.teamId - right.teamId);
}

/** A user's roles on teams, by the team's name. */
export async function listTeamRoleRows(db: Db, userId: number): Promise<TeamRoleRow[]> {
  const rows = await db.userTeamRole.findMany({ where: { userId }, select: teamRoleFields });
  return toTeamRoleRows(rows);
}
