import type { Db } from "../db/prisma";
import { statement, type Sql } from "../db/sql";
import { isUniqueViolation } from "../db/unique-violation";
import { ConflictError, NotFoundError } from "../errors";
import type { TeamRow, TeamSettings } from "./team";

const lockTeam = statement("teams.lock", `select id::int as id from teams where id = $1::int for update`);
const countHosts = statement(
  "teams.count_hosts",
  `select team_id::int as "teamId", count(*)::int as hosts from hosts where team_id = any($1::int[]) group by team_id`,
);
const hostIdsOfTeam = statement("teams.host_ids", `select id::int as id from hosts where team_id = $1::int order by id`);
const findConnection = statement(
  "teams.find_connection",
  `select c.id::int as id, c.state, c.provider from entra_connections c
   where ($1::int is not null and c.id = $1::int) or ($1::int is null and c.is_default) limit 1`,
);

/** Every team, "No team" last, the rest by name. */
export async function listTeamRows(db: Db, query: string): Promise<TeamRow[]> {
  return db.team.findMany({
    where: query ? { name: { contains: query, mode: "insensitive" } } : {},
    orderBy: [{ isDefault: "asc" }, { name: "asc" }, { id: "asc" }],
  });
}

/** @throws NotFoundError `team_not_found` */
export async function getTeamRow(db: Db, teamId: number): Promise<TeamRow> {
  const row = await db.team.findUnique({ where: { id: teamId } });
  if (!row) throw new NotFoundError("team_not_found", `Team ${teamId} was not found.`);
  return row;
}

/** Takes the team's row lock first, so that two changes to one team follow each other. */
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

/** Deletes the team; its policies, labels and secrets go with it and its hosts fall to "No team". */
export async function deleteTeamRow(db: Db, teamId: number): Promise<void> {
  await db.team.delete({ where: { id: teamId } });
}

/** Host counts by team id; a team without hosts is absent. */
export async function countHostsOfTeams(sql: Sql, teamIds: number[]): Promise<Map<number, number>> {
  const rows = await sql.rows<{ teamId: number; hosts: number }>(countHosts, [teamIds]);
  return new Map(rows.map((row) => [row.teamId, row.hosts]));
}

/** The ids of a team's hosts, ascending. */
export async function listHostIdsOfTeam(sql: Sql, teamId: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(hostIdsOfTeam, [teamId])).map((row) => row.id);
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
