import type { Db } from "../../db/prisma";
import { statement, type Sql } from "../../db/sql";
import { isUniqueViolation } from "../../db/unique-violation";
import { ConflictError } from "../../errors";
import { Prisma } from "../../generated/prisma/client";
import { teamRoleFields, toTeamRoleRows, type UserRow } from "../user-queries";
import type { AdminFacts } from "./guard-last-admin";
import type { TeamRoleChoice, User } from "./user";
import type { UserFilter, UserOrder } from "./list-users";

const lockUser = statement("users.lock", `select id::int as id from users where id = $1::int for update`);
const lockUsers = statement("users.lock_many", `select id::int as id from users where id = any($1::int[]) order by id for update`);
const lockAdmins = statement("users.lock_admins", `select pg_advisory_xact_lock(hashtext('flotilla.last_admin'))::text as ok`);
const adminFacts = statement(
  "users.admin_facts",
  `select id::int as id, global_role as "globalRole", api_only as "apiOnly", sso_enabled as "ssoEnabled",
     password_hash is not null as "hasPassword", disabled_at is not null as disabled
   from users where global_role = 'admin'`,
);

const withRoles = { teamRoles: { select: teamRoleFields } } as const;

function toUser({ passwordHash, teamRoles, ...row }: UserRow & { teamRoles: Parameters<typeof toTeamRoleRows>[0] }): User {
  return { ...row, hasPassword: passwordHash !== null, teamRoles: row.globalRole === "none" ? toTeamRoleRows(teamRoles) : [] };
}

/** The user with all their roles, or null. */
export async function findUserWithRoles(db: Db, id: number): Promise<User | null> {
  const row = await db.user.findUnique({ where: { id }, include: withRoles });
  return row && toUser(row as never);
}

/** The user with this (lower-cased) address, with all their roles, or null. */
export async function findUserWithRolesByEmail(db: Db, email: string): Promise<User | null> {
  const row = await db.user.findUnique({ where: { email }, include: withRoles });
  return row && toUser(row as never);
}

/** Takes the user's row lock first, so that two changes to one user follow each other. */
export async function lockUserRow(db: Db, sql: Sql, id: number): Promise<User | null> {
  await sql.rows(lockUser, [id]);
  return findUserWithRoles(db, id);
}

/** Takes the row locks of several users at once, always in the same order. */
export async function lockUserRows(sql: Sql, ids: number[]): Promise<void> {
  await sql.rows(lockUsers, [ids]);
}

/** Lets one change to admins at a time pass, until its transaction ends. */
export async function lockAdminChanges(sql: Sql): Promise<void> {
  await sql.rows(lockAdmins);
}

/** Every user with the global role admin, as the last-admin rule sees them. */
export async function listAdminFacts(sql: Sql): Promise<(AdminFacts & { id: number })[]> {
  return sql.rows(adminFacts);
}

/** One page of users, and how many there are in all. `teams`: whose users count, "all" with those who hold a global role or none. */
export async function listUserRows(
  db: Db,
  teams: "all" | number[],
  filter: UserFilter,
  { orderKey, direction, after, page, perPage }: UserOrder,
): Promise<{ users: User[]; count: number }> {
  const where = { AND: [seenFrom(teams), matching(filter, teams)] } satisfies Prisma.UserWhereInput;
  const from = after === null ? {} : ({ [orderKey]: { [direction === "asc" ? "gt" : "lt"]: after } } as Prisma.UserWhereInput);
  const [count, rows] = await Promise.all([
    db.user.count({ where }),
    db.user.findMany({
      where: { AND: [where, from] },
      include: withRoles,
      orderBy: [orderKey === "lastSignedInAt" ? { lastSignedInAt: { sort: direction, nulls: "last" } } : { [orderKey]: direction }, { id: direction }],
      ...(perPage !== null && { take: perPage, skip: page * perPage }),
    }),
  ]);
  return { users: rows.map((row) => toUser(row as never)), count };
}

function seenFrom(teams: "all" | number[]): Prisma.UserWhereInput {
  return teams === "all" ? {} : { globalRole: "none", teamRoles: { some: { teamId: { in: teams } } } };
}

function matching({ query, teamId, role, status, kind }: UserFilter, teams: "all" | number[]): Prisma.UserWhereInput {
  const text = query.replace(/[\\%_]/g, "\\$&");
  const onTeams = teams === "all" ? {} : { teamId: { in: teams } };
  return {
    AND: [
      text === "" ? {} : { OR: [{ name: { contains: text, mode: "insensitive" } }, { email: { contains: text, mode: "insensitive" } }] },
      teamId === null ? {} : { globalRole: "none", teamRoles: { some: { teamId } } },
      rolesMatching(role, teamId, onTeams),
      status === "" ? {} : { disabledAt: status === "disabled" ? { not: null } : null },
      kind === "" ? {} : kind === "api" ? { apiOnly: true } : { apiOnly: false, ssoEnabled: kind === "sso" },
    ],
  };
}

function rolesMatching(role: UserFilter["role"], teamId: number | null, onTeams: Prisma.UserTeamRoleWhereInput): Prisma.UserWhereInput {
  if (role === "") return {};
  if (role === "none") return { globalRole: "none", teamRoles: { none: {} } };
  const onTeam = { globalRole: "none", teamRoles: { some: { role, ...onTeams, ...(teamId !== null && { teamId }) } } };
  return teamId === null ? { OR: [{ globalRole: role }, onTeam] } : onTeam;
}

/** The columns of a user that can be written. */
export type UserColumns = Partial<
  Pick<UserRow, "name" | "email" | "passwordHash" | "globalRole" | "apiOnly" | "apiRoutes" | "ssoEnabled" | "mustResetPassword" | "disabledAt">
> & { settings?: object };

/** @throws ConflictError `user_email_taken` */
export async function insertUserRow(db: Db, row: UserColumns & { email: string; createdAt: Date }): Promise<number> {
  const { id } = await uniquely(row.email, () => db.user.create({ data: { ...nullableJson(row), updatedAt: row.createdAt } as Prisma.UserCreateInput }));
  return id;
}

/** @throws ConflictError `user_email_taken` */
export async function updateUserRow(db: Db, id: number, columns: UserColumns & { updatedAt: Date }): Promise<void> {
  await uniquely(columns.email ?? "", () => db.user.update({ where: { id }, data: nullableJson(columns) as Prisma.UserUpdateInput }));
}

// Prisma has a word of its own for a JSON column without a value.
function nullableJson<Row extends UserColumns>(row: Row): object {
  return row.apiRoutes === null ? { ...row, apiRoutes: Prisma.DbNull } : row;
}

/** Makes exactly these the user's roles on teams. */
export async function replaceTeamRoles(db: Db, userId: number, teamRoles: readonly TeamRoleChoice[]): Promise<void> {
  await db.userTeamRole.deleteMany({ where: { userId } });
  await db.userTeamRole.createMany({ data: teamRoles.map(({ teamId, role }) => ({ userId, teamId, role })) });
}

/** Deletes a user with their sessions, tokens and roles. */
export async function deleteUserRow(db: Db, id: number): Promise<void> {
  await db.user.delete({ where: { id } });
}

/** Ends what a user asked for by mail, or was given, to choose a new password. */
export async function deletePasswordResets(db: Db, userId: number): Promise<void> {
  await db.passwordReset.deleteMany({ where: { userId } });
}

/** Forgets who a user is in Entra, so that the next sign-in has to find them anew. */
export async function deleteIdentities(db: Db, userId: number): Promise<void> {
  await db.account.deleteMany({ where: { userId } });
}

/** Names of the teams with these ids; one that doesn't exist is absent. */
export async function findTeamNames(db: Db, ids: number[]): Promise<Map<number, string>> {
  const rows = await db.team.findMany({ where: { id: { in: ids }, deletedAt: null }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Ids of the teams with these names, by the name in small letters. */
export async function findTeamIds(db: Db, names: string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await db.team.findMany({
    where: { deletedAt: null, OR: names.map((name) => ({ name: { equals: name.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } })) },
  });
  return new Map(rows.map(({ id, name }) => [name.toLowerCase(), id]));
}

async function uniquely<Result>(email: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ConflictError("user_email_taken", `A user with the mail address ${email} exists already.`, {
      cause,
      fields: [{ field: "email", reason: "is another user's address" }],
    });
  }
}
