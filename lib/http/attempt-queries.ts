import { statement, type Sql } from "../db/sql";

const deleteExpired = statement(
  "attempts.delete_expired",
  "with gone as (delete from rate_limits where expire < $1::bigint returning 1) select count(*)::int as count from gone",
);

/** Forgets counters whose time is over, and says how many. */
export async function deleteExpiredAttempts(sql: Sql, now: Date): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(deleteExpired, [now.getTime()]);
  return row?.count ?? 0;
}
