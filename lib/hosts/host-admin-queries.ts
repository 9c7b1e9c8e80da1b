import { statement, type Sql } from "@/lib/db/sql";

// Rows are held in the order of their ids, as check-ins hold them: so nobody waits for each other.
const held = "held as (select id from hosts where id = any($1::int[]) order by id for no key update)";

const refetch = statement(
  "hosts.request_refetch",
  `with ${held}
   update hosts h set refetch_requested_at = $2::timestamptz, updated_at = $2::timestamptz from held where h.id = held.id returning h.id`,
);

/** Asks hosts for fresh answers at their next check-in. */
export async function markRefetchRequested(sql: Sql, hostIds: number[], now: Date): Promise<void> {
  await sql.rows(refetch, [hostIds, now]);
}

const transfer = statement(
  "hosts.transfer",
  `with ${held}
   update hosts h set team_id = t.id, updated_at = $3::timestamptz from held, teams t
   where h.id = held.id and t.id = $2::int and t.deleted_at is null and h.team_id <> t.id returning h.id`,
);

/** Moves hosts to a team, if there is one; the ids of those that were elsewhere before. */
export async function moveHostRows(sql: Sql, hostIds: number[], teamId: number, now: Date): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(transfer, [hostIds, teamId, now]);
  return rows.map(({ id }) => id);
}

const hold = statement("hosts.hold_to_delete", "select id from hosts where id = any($1::int[]) order by id for update");
const removeResults = statement("hosts.delete_results", "delete from policy_results where host_id = any($1::int[]) returning 1 as ok");
const remove = statement("hosts.delete", "delete from hosts where id = any($1::int[]) returning id");

/** Deletes hosts with everything that hangs on them; transitions, reports and activities stay. The ids of those that were there. */
export async function deleteHostRows(sql: Sql, hostIds: number[]): Promise<number[]> {
  await sql.rows(hold, [hostIds]);
  // Results first, while their hosts' team is known to whoever counts them.
  await sql.rows(removeResults, [hostIds]);
  return (await sql.rows<{ id: number }>(remove, [hostIds])).map(({ id }) => id);
}

const team = statement("hosts.find_team", "select id, name from teams where id = $1::int and deleted_at is null");

/** The team with this id. */
export async function findTeamBrief(sql: Sql, teamId: number): Promise<{ id: number; name: string } | null> {
  const [row] = await sql.rows<{ id: number; name: string }>(team, [teamId]);
  return row ?? null;
}
