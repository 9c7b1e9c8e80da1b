import { Logger as GraphileLogger, makeWorkerUtils, parseCronItems, run, runOnce, type CronItem, type Runner, type TaskList } from "graphile-worker";
import type { Pool } from "pg";
import { serverContext, type Context } from "../context";
import { getLogger } from "../log";
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

/** Starts taking jobs. `stop()` on the returned runner lets running jobs end first. */
export async function runWorker(pool: Pool, jobs: Job[], schedules: Schedule[], concurrency: number): Promise<Runner> {
  return run({
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
        await job.run(makeContext(), job.payload.parse(rest));
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
