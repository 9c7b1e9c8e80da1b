import { statement, type Sql } from "@/lib/db/sql";

const refetch = statement(
  "hosts.request_refetch",
  "update hosts set refetch_requested_at = $2::timestamptz, updated_at = $2::timestamptz where id = any($1::int[]) returning id",
);

/** Asks hosts for fresh answers at their next check-in. */
export async function markRefetchRequested(sql: Sql, hostIds: number[], now: Date): Promise<void> {
  await sql.rows(refetch, [hostIds, now]);
}

const transfer = statement(
  "hosts.transfer",
  "update hosts set team_id = $2::int, updated_at = $3::timestamptz where id = any($1::int[]) and team_id <> $2::int returning id",
);

/** Moves hosts to a team; the ids of those that were elsewhere before. */
export async function moveHostRows(sql: Sql, hostIds: number[], teamId: number, now: Date): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(transfer, [hostIds, teamId, now]);
  return rows.map(({ id }) => id);
}

const remove = statement("hosts.delete", "delete from hosts where id = any($1::int[]) returning id");

/** Deletes hosts with everything that hangs on them; transitions, reports and activities stay. */
export async function deleteHostRows(sql: Sql, hostIds: number[]): Promise<void> {
  await sql.rows(remove, [hostIds]);
}

const team = statement("hosts.find_team", "select id, name from teams where id = $1::int");

/** The team with this id. */
export async function findTeamBrief(sql: Sql, teamId: number): Promise<{ id: number; name: string } | null> {
  const [row] = await sql.rows<{ id: number; name: string }>(team, [teamId]);
  return row ?? null;
}
