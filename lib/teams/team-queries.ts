import type { Db } from "../db/prisma";
import { statement, type Sql } from "../db/sql";
import { isUniqueViolation } from "../db/unique-violation";
import { ConflictError, NotFoundError } from "../errors";
import type { TeamCounts, TeamRow, TeamSettings } from "./team";

// No key: hosts that enrol into the team meanwhile needn't wait.
const lockTeam = statement("teams.lock", `select id::int as id from teams where id = $1::int for no key update`);
const countMembers = statement(
  "teams.count_members",
  `with hosts as (select team_id, count(*)::int as count from host_places where team_id = any($1::int[]) group by 1)
   select t.id::int as "teamId", coalesce(h.count, 0) as "hostCount", (select count(*)::int from user_team_roles r where r.team_id = t.id) as "userCount"
   from unnest($1::int[]) as t(id) left join hosts h on h.team_id = t.id`,
);
const countHosts = statement("teams.count_hosts", `select count(*)::int as hosts from host_places where $1::int[] is null or team_id = any($1::int[])`);
// What deleting the team would do to all its hosts at once.
const releaseHosts = statement(
  "teams.release_hosts",
  `with held as (select id from hosts where team_id = $1::int order by id limit $2::int for no key update)
   update hosts h set team_id = default from held where h.id = held.id returning h.id::int as id`,
);
const listHidden = statement("teams.list_hidden", `select id::int as id from teams where deleted_at is not null order by id`);
const findConnection = statement(
  "teams.find_connection",
  `select c.id::int as id, c.state, c.provider from entra_connections c
   where ($1::int is not null and c.id = $1::int) or ($1::int is null and c.is_default) limit 1`,
);

/** Which teams: those of `teamIds`, or all for null; `query` is a part of their name. */
export interface TeamFilter {
  teamIds: number[] | null;
  withNoTeam: boolean;
  query: string;
}

/** Teams, "No team" last, the rest by name. */
export async function listTeamRows(
  db: Db,
  { teamIds, withNoTeam, query }: TeamFilter,
  { limit, offset }: { limit?: number; offset: number } = { offset: 0 },
): Promise<TeamRow[]> {
  return db.team.findMany({
    where: {
      deletedAt: null,
      ...(teamIds && { id: { in: teamIds } }),
      ...(!withNoTeam && { isDefault: false }),
      ...(query && { name: { contains: query, mode: "insensitive" } }),
    },
    orderBy: [{ isDefault: "asc" }, { name: "asc" }, { id: "asc" }],
    skip: offset,
    take: limit,
  });
}

/** @throws NotFoundError `team_not_found` */
export async function getTeamRow(db: Db, teamId: number): Promise<TeamRow> {
  const row = await db.team.findUnique({ where: { id: teamId, deletedAt: null } });
  if (!row) throw teamNotFound(teamId);
  return row;
}

/** What a missing team, and one out of the caller's sight, both look like. */
export function teamNotFound(teamId: number): NotFoundError {
  return new NotFoundError("team_not_found", `Team ${teamId} was not found.`);
}

/** Takes the team's row lock first, so that two changes to one team follow each other. @throws NotFoundError `team_not_found` */
export async function lockTeamRow(db: Db, sql: Sql, teamId: number): Promise<TeamRow> {
  await sql.rows(lockTeam, [teamId]);
  return getTeamRow(db, teamId);
}

/** @throws ConflictError `team_name_taken` */
export async function insertTeamRow(db: Db, row: { name: string; description: string; createdAt: Date }): Promise<TeamRow> {
  return named(row.name, () => db.team.create({ data: { ...row, updatedAt: row.createdAt } }));
}

/** @throws ConflictError `team_name_taken` */
export async function updateTeamRow(
  db: Db,
  teamId: number,
  patch: Partial<TeamSettings> & {
    name?: string;
    description?: string;
    conditionalAccessEnabled?: boolean;
    conditionalAccessSince?: Date | null;
    updatedAt: Date;
  },
): Promise<TeamRow> {
  return named(patch.name ?? "", () => db.team.update({ where: { id: teamId }, data: patch }));
}

/** Takes a team out of everybody's sight, with all that is its own but its hosts; who was on the way into it goes to "No team". */
export async function hideTeamRow(db: Db, teamId: number, now: Date): Promise<void> {
  await db.team.update({ where: { id: teamId }, data: { deletedAt: now } });
  const ofTeam = { where: { teamId } };
  await db.policy.deleteMany(ofTeam);
  await db.label.deleteMany(ofTeam);
  await db.enrollSecret.deleteMany(ofTeam);
  await db.userTeamRole.deleteMany(ofTeam);
  await db.inviteTeamRole.deleteMany(ofTeam);
  await db.ssoRoleRule.deleteMany(ofTeam);
  await db.hostMove.updateMany({ ...ofTeam, data: { teamId: 0 } });
}

/** Deletes the row of a hidden team, if it is still there; whatever came to hang on it meanwhile goes with it. */
export async function deleteTeamRow(db: Db, teamId: number): Promise<void> {
  await db.team.deleteMany({ where: { id: teamId, deletedAt: { not: null } } });
}

/** How many hosts and users these teams have, by team id. Users with a global role belong to no team. */
export async function countMembersOfTeams(sql: Sql, teamIds: number[]): Promise<Map<number, TeamCounts>> {
  const rows = await sql.rows<TeamCounts & { teamId: number }>(countMembers, [teamIds]);
  return new Map(rows.map(({ teamId, ...counts }) => [teamId, counts]));
}

/** How many hosts the teams of `teamIds` have together, or, for null, all. */
export async function countHostsOfTeams(sql: Sql, teamIds: number[] | null): Promise<number> {
  return (await sql.rows<{ hosts: number }>(countHosts, [teamIds]))[0]?.hosts ?? 0;
}

/** Lets up to `limit` hosts of a team fall to "No team"; answers which. */
export async function releaseHostsOfTeam(sql: Sql, teamId: number, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(releaseHosts, [teamId, limit])).map((row) => row.id);
}

/** Deleted teams that their last host hasn't left. */
export async function listHiddenTeamIds(sql: Sql): Promise<number[]> {
  return (await sql.rows<{ id: number }>(listHidden, [])).map(({ id }) => id);
}

/** The connection that reports for a team: its own, or the default one. */
export async function findTeamConnection(sql: Sql, connectionId: number | null): Promise<{ id: number; state: string; provider: string } | null> {
  return (await sql.rows<{ id: number; state: string; provider: string }>(findConnection, [connectionId]))[0] ?? null;
}

async function named<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ConflictError("team_name_taken", `A team named "${name}" exists already. Choose another name.`, {
      cause,
      fields: [{ field: "name", reason: "This name is taken; names differ by more than upper and lower case." }],
    });
  }
}
