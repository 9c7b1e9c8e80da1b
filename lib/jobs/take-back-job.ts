import type { SqlContext } from "../context";
import { statement } from "../db/sql";
import type { JobDeclaration } from "./define-job";

const takeBack = statement(
  "jobs.take_back",
  `select r.payload from (select w.key from graphile_worker.jobs w where w.key = $1::text and w.locked_at is null) waiting
   cross join lateral graphile_worker.remove_job(waiting.key) r where r.id is not null`,
);

/** Takes the waiting job of a key out of the queue, in the caller's transaction, and answers what it carries; null when there is none, or it has begun. */
export async function takeBackJob<Payload>(ctx: Pick<SqlContext, "sql">, job: JobDeclaration<Payload>, key: string): Promise<Payload | null> {
  const [row] = await ctx.sql.rows<{ payload: unknown }>(takeBack, [key]);
  return row ? job.payload.parse(row.payload) : null;
}
