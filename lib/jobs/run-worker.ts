import { EventEmitter } from "node:events";
import {
  Logger as GraphileLogger,
  makeWorkerUtils,
  parseCronItems,
  run,
  runOnce,
  type CronItem,
  type JobHelpers,
  type TaskList,
  type WorkerEvents,
} from "graphile-worker";
import type { Pool } from "pg";
import { serverContext, type Context } from "../context";
import { getLogger } from "../log";
import { observeJob } from "../metrics/observe-job";
import type { Job } from "./define-job";
import { beginWorkerLife } from "./worker-life";
import { isEarlierRunning } from "./worker-queries";

/** A job that the clock starts, with an empty payload, which it has to take: `match` is a cron line in UTC. */
export interface Schedule {
  job: { name: string; maxAttempts: number; payload: { safeParse(payload: unknown): { success: boolean } } };
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

/** A worker that takes jobs until it is stopped. */
export interface RunningWorker {
  /** Fails when the worker ended by itself. */
  promise: Promise<void>;
  /** Takes no job any more and lets those that run end. When `hurry` comes first they are left to other workers. */
  stop(hurry?: AbortSignal): Promise<void>;
}

/** Starts taking jobs, those of dead workers included, and the ones that the clock starts: each once, however many workers there are. */
export async function runWorker(pool: Pool, jobs: Job[], schedules: Schedule[], concurrency: number): Promise<RunningWorker> {
  const events: WorkerEvents = new EventEmitter();
  let workerId = "";
  events.once("pool:create", ({ workerPool }) => (workerId = workerPool.id));
  const runningIds = new Set<string>();
  // As text: what the driver makes of an id is for our own pool to say.
  events.on("job:start", ({ job }) => runningIds.add(String(job.id)));
  events.on("job:complete", ({ job }) => runningIds.delete(String(job.id)));
  const runner = await run({
    pgPool: pool,
    logger: queueLogger(),
    events,
    concurrency,
    noHandleSignals: true,
    pollInterval: 1000,
    taskList: toTaskList(jobs, () => serverContext(), pool),
    parsedCronItems: parseCronItems(
      schedules.map(({ job, match }): CronItem => ({ task: job.name, match, options: { backfillPeriod: 0, maxAttempts: job.maxAttempts } })),
    ),
  });
  const life = await beginWorkerLife(workerId, runningIds);
  return {
    promise: runner.promise,
    async stop(hurry) {
      const ended = runner.stop().then(() => true);
      ended.catch(() => undefined); // the race below hears of it, unless it was decided already
      const hurried = new Promise<false>((resolve) => {
        if (hurry?.aborted) resolve(false);
        hurry?.addEventListener("abort", () => resolve(false));
      });
      let leavesJobs = true;
      try {
        leavesJobs = !(await Promise.race([ended, hurried]));
      } finally {
        await life.end({ leavesJobs });
      }
    },
  };
}

/** Runs what is due now and returns when nothing is left that is due, and what was run has left the queue; for tests. */
export async function runDueJobs(pool: Pool, jobs: Job[], makeContext: () => Context): Promise<void> {
  await runOnce({
    pgPool: pool,
    logger: queueLogger(),
    concurrency: 4,
    noHandleSignals: true,
    taskList: toTaskList(jobs, makeContext, pool),
    // How a job ended is written behind its back. Written in batches, if only of one, the end of the run waits for it.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
}

function toTaskList(jobs: Job[], makeContext: () => Context, pool: Pool): TaskList {
  return Object.fromEntries(
    jobs.map((job) => [
      job.name,
      async (payload: unknown, helpers: JobHelpers) => {
        // A clock-started job's payload carries the queue's own bookkeeping; strict schemas shouldn't see it.
        const { _cron, ...rest } = (payload ?? {}) as Record<string, unknown>;
        // They all look for what is due: while one is at it, wherever it runs, the next would only do the same work beside it.
        if (_cron !== undefined && (await isEarlierRunning(pool, job.name, helpers.job.id))) return;
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
