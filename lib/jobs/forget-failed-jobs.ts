import type { SqlContext } from "../context";
import { statement } from "../db/sql";

const forget = statement(
  "jobs.forget_failed",
  `select count(*)::int as count from graphile_worker.complete_jobs(array(
     select id from graphile_worker.jobs where attempts >= max_attempts and locked_at is null and updated_at < $1::timestamptz order by id limit $2::int))`,
);

/** Takes jobs out of the queue that failed for good and were last tried before an instant, at most `size`. @returns how many */
export async function forgetFailedJobs(ctx: Pick<SqlContext, "sql">, before: Date, size: number): Promise<number> {
  return (await ctx.sql.rows<{ count: number }>(forget, [before, size]))[0]?.count ?? 0;
}
