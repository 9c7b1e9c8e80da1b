import { Pool } from "pg";
import { env } from "../env";
import { getLogger } from "../log";
import { beatWorker, endWorkerRow, forgetSilentWorkers, listHeldJobs, listLostWorkers, unlockJobs, unlockJobsOf } from "./worker-queries";

const beatEveryMs = 5000;
const lookEveryMs = 10_000;

/** What shows the other workers that this one lives, and takes the jobs of those that don't. */
export interface WorkerLife {
  /** Ends it. `leavesJobs`: some were still running, and others may take them at once. */
  end(options: { leavesJobs: boolean }): Promise<void>;
}

/**
 * Lets others take the jobs of workers that died: those that were silent for 30 seconds while they held some. A long job of a worker that lives stays its own.
 * @returns how many workers that were
 */
export async function releaseLostJobs(pool: Pool): Promise<number> {
  const lost = await listLostWorkers(pool);
  if (lost.length > 0) await unlockJobsOf(pool, lost);
  await forgetSilentWorkers(pool);
  return lost.length;
}

/**
 * Lets any worker take a job that this one holds and doesn't run: it ended while the database couldn't be reached, so its end was never written. Who runs it
 * again does nothing twice, as after a crash.
 * @param earlier what the last look returned: an end that is being written now isn't lost yet
 * @returns the ids that this look found for the first time
 */
export async function releaseEndedJobs(pool: Pool, workerId: string, runningIds: ReadonlySet<string>, earlier: ReadonlySet<string>): Promise<Set<string>> {
  const held = await listHeldJobs(pool, workerId);
  const ended = held.filter((id) => !runningIds.has(id));
  const lost = ended.filter((id) => earlier.has(id));
  if (lost.length > 0) {
    await unlockJobs(pool, workerId, lost);
    getLogger().warn({ "job.count": lost.length }, "jobs had ended while the database couldn't be reached; they are run again");
  }
  return new Set(ended.filter((id) => !earlier.has(id)));
}

/**
 * Starts a worker's life, on a connection of its own: when the pool is exhausted, the worker is busy and not dead. Resolves with the first beat.
 * @param runningIds the ids of the jobs that it runs, kept up to date by whoever runs them
 */
export async function beginWorkerLife(workerId: string, runningIds: ReadonlySet<string>): Promise<WorkerLife> {
  const pool = new Pool({
    connectionString: env().DATABASE_URL,
    application_name: "flotilla-jobs",
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
    keepAlive: true,
  });
  pool.on("error", (cause) => getLogger().debug({ "error.message": cause.message }, "the workers' database connection broke"));
  const beat = () =>
    beatWorker(pool, workerId).catch((cause: Error) =>
      getLogger().warn({ "error.message": cause.message }, "this worker couldn't say that it lives; after 30 s of silence others take its jobs"),
    );
  let ended: ReadonlySet<string> = new Set();
  const look = async () => {
    try {
      await releaseLostJobs(pool);
      ended = await releaseEndedJobs(pool, workerId, runningIds, ended);
    } catch (cause) {
      getLogger().warn({ "error.message": (cause as Error).message }, "jobs that nobody runs weren't looked for; tried again in ten seconds");
    }
  };
  await beat();
  await look();
  const timers = [setInterval(beat, beatEveryMs).unref(), setInterval(look, lookEveryMs).unref()];
  return {
    async end({ leavesJobs }) {
      for (const timer of timers) clearInterval(timer);
      await endWorkerRow(pool, workerId, { leavesJobs }).catch((cause: Error) =>
        getLogger().warn({ "error.message": cause.message }, "this worker couldn't say that it ends; others wait 30 s for it"),
      );
      await pool.end();
    },
  };
}
