import type { SqlContext } from "../context";
import { statement } from "../db/sql";
import type { JobDeclaration } from "./define-job";

const addJob = statement(
  "jobs.add",
  `select 1 as ok from graphile_worker.add_job(
     identifier => $1::text, payload => $2::json, queue_name => $3::text, run_at => coalesce($4::timestamptz, now()), max_attempts => $5::int,
     job_key => $6::text, priority => $7::int, job_key_mode => $8::text)`,
);

/** When and beside what a job runs. */
export interface EnqueueOptions {
  /** Not before; default now. */
  runAt?: Date;
  /** Jobs of one queue run one after another. */
  queue?: string;
  /** One waiting job per key; see `keyMode`. */
  key?: string;
  /** replace: the later call sets time and payload; preserve_run_at: keeps the earlier time; unsafe_dedupe: keeps the waiting job as it is. Default replace. */
  keyMode?: "replace" | "preserve_run_at" | "unsafe_dedupe";
  /** Smaller runs first; default 0. */
  priority?: number;
}

/** Puts a job into the queue, in the caller's transaction: it exists exactly when its cause does. */
export async function enqueue<Payload>(
  ctx: Pick<SqlContext, "sql">,
  job: JobDeclaration<Payload>,
  payload: Payload,
  options: EnqueueOptions = {},
): Promise<void> {
  await ctx.sql.rows(addJob, [
    job.name,
    JSON.stringify(payload),
    options.queue ?? null,
    options.runAt ?? null,
    job.maxAttempts,
    options.key ?? null,
    options.priority ?? 0,
    options.key ? (options.keyMode ?? "replace") : null,
  ]);
}
