import { Logger as GraphileLogger, makeWorkerUtils, parseCronItems, run, runOnce, type CronItem, type Runner, type TaskList } from "graphile-worker";
import type { Pool } from "pg";
import { serverContext, type Context } from "../context";
import { getLogger } from "../log";
import { observeJob } from "../metrics/observe-job";
import type { Job } from "./define-job";

/** A job that the clock starts: `match` is a cron line in UTC. */
export interface Schedule {
  job: Job<Record<string, never>>;
  match: string;
}

/** Makes or upgrades the queue's own tables; safe with several instances at once. */
export async function migrateQueue(pool: Pool): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool: pool, logger: queueLogger() });
  try {
    await utils.migrate();
  } finally {
    await utils.release();
  }
}

// The queue itself gives a dead worker four hours. Ours are over in seconds and safe to run twice, so minutes are enough.
const jobLostAfter = "3 minutes";
const releaseEveryMs = 60_000;

/** Lets others take the jobs of workers that died: those that have held one for three minutes. Returns how many workers that were. */
export async function releaseLostJobs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ worker: string }>(
    `select distinct locked_by as worker from graphile_worker.jobs where locked_by is not null and locked_at < now() - $1::interval`,
    [jobLostAfter],
  );
  if (rows.length > 0) await pool.query("select graphile_worker.force_unlock_workers($1::text[])", [rows.map((row) => row.worker)]);
  return rows.length;
}

/** Starts taking jobs, and picking up what dead workers held. `stop()` on the returned runner lets running jobs end first. */
export async function runWorker(pool: Pool, jobs: Job[], schedules: Schedule[], concurrency: number): Promise<Runner> {
  const release = () => {
    releaseLostJobs(pool).catch((error: Error) =>
      getLogger().warn({ "error.message": error.message }, "jobs of dead workers weren't looked for; tried again in a minute"),
    );
  };
  release();
  const timer = setInterval(release, releaseEveryMs);
  timer.unref();
  const runner = await run({
    pgPool: pool,
    logger: queueLogger(),
    concurrency,
    noHandleSignals: true,
    pollInterval: 1000,
    taskList: toTaskList(jobs, () => serverContext()),
    parsedCronItems: parseCronItems(
      schedules.map(({ job, match }): CronItem => ({ task: job.name, match, options: { backfillPeriod: 0, maxAttempts: job.maxAttempts } })),
    ),
  });
  runner.promise.finally(() => clearInterval(timer)).catch(() => undefined);
  return runner;
}

/** Runs what is due now and returns when nothing is left that is due; for tests. */
export async function runDueJobs(pool: Pool, jobs: Job[], makeContext: () => Context): Promise<void> {
  await runOnce({ pgPool: pool, logger: queueLogger(), concurrency: 4, noHandleSignals: true, taskList: toTaskList(jobs, makeContext) });
}

function toTaskList(jobs: Job[], makeContext: () => Context): TaskList {
  return Object.fromEntries(
    jobs.map((job) => [
      job.name,
      async (payload: unknown) => {
        // A clock-started job's payload carries the queue's own bookkeeping; strict schemas shouldn't see it.
        const { _cron, ...rest } = (payload ?? {}) as Record<string, unknown>;
        void _cron;
        const startedMs = performance.now();
        try {
          await job.run(makeContext(), job.payload.parse(rest));
        } catch (error) {
          observeJob(job.name, "failed", startedMs);
          throw error;
        }
        observeJob(job.name, "done", startedMs);
      },
    ]),
  );
}

function queueLogger(): GraphileLogger {
  return new GraphileLogger((scope) => (level, message, meta) => {
    const log = getLogger();
    const fields = { "job.name": scope.taskIdentifier, "job.id": scope.jobId, "error.message": (meta?.error as Error | undefined)?.message };
    if (level === "error") log.error(fields, message);
    else if (level === "warning") log.warn(fields, message);
    else log.debug(fields, message);
  });
}
