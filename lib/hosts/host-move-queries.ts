import { statement, type Sql } from "@/lib/db/sql";

const put = statement(
  "hosts.put_moves",
  `insert into host_moves (host_id, team_id, asked_at) select h, $2::int, $3::timestamptz from unnest($1::int[]) as h order by h
   on conflict (host_id) do update set team_id = excluded.team_id, asked_at = excluded.asked_at returning host_id`,
);

/** Writes down that hosts shall move to a team; of two moves of one host the later holds. */
export async function putHostMoves(sql: Sql, hostIds: readonly number[], teamId: number, now: Date): Promise<void> {
  await sql.rows(put, [hostIds, teamId, now]);
}

const drop = statement("hosts.drop_moves", "delete from host_moves where host_id = any($1::int[]) returning host_id");

/** Forgets moves that still wait: something newer was said about these hosts. */
export async function dropHostMoves(sql: Sql, hostIds: readonly number[]): Promise<void> {
  await sql.rows(drop, [hostIds]);
}

const take = statement(
  "hosts.take_moves",
  `delete from host_moves where host_id = any(array(select m.host_id from host_moves m order by m.host_id limit $1::int for update skip locked))
   returning host_id as "hostId", team_id as "teamId"`,
);

/** Takes up to `limit` waiting moves out. */
export async function takeHostMoves(sql: Sql, limit: number): Promise<{ hostId: number; teamId: number }[]> {
  return sql.rows(take, [limit]);
}
