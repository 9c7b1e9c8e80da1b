import type { Context } from "../context";
import { getPool } from "../db/pool";
import type { Job } from "../jobs/define-job";
import { runDueJobs } from "../jobs/run-worker";
import { testServerContext, type TestClock } from "./test-context";

/** What a test drives jobs with: the clock it moves, the jobs that may run, and the context they get. */
export interface JobScene {
  clock: TestClock;
  jobs: Job[];
  makeContext?: () => Context;
}

/** Runs every job that is due on the test's clock, and what those ask for at once, until nothing is due. The clock never lags behind the real one, by which the queue stamps jobs. */
export async function runJobs({ clock, jobs, makeContext = () => testServerContext(clock) }: JobScene): Promise<void> {
  const names = jobs.map(({ name }) => name);
  for (let round = 0; round < 1000; round += 1) {
    catchUp(clock);
    const { rowCount } = await getPool().query(
      `update graphile_worker._private_jobs j set run_at = least(run_at, now() - interval '1 ms') from graphile_worker._private_tasks t
       where t.id = j.task_id and t.identifier = any($2) and j.run_at <= $1 and j.locked_at is null and j.attempts < j.max_attempts`,
      [clock.now(), names],
    );
    if (!rowCount) return;
    await runDueJobs(getPool(), jobs, makeContext);
  }
  throw new Error("Jobs keep asking for jobs that are due at once.");
}

/**
 * Runs jobs and moves the clock to the next one's time, until `done` says so.
 * @param withinMs how far the clock may move before it gives up
 */
export async function runJobsUntil(scene: JobScene, done: () => Promise<boolean>, withinMs = 24 * 60 * 60 * 1000): Promise<void> {
  catchUp(scene.clock);
  const end = scene.clock.now().getTime() + withinMs;
  for (;;) {
    await runJobs(scene);
    if (await done()) return;
    const { rows } = await getPool().query<{ next: Date | null; waiting: string; error: string | null }>(
      `select min(j.run_at) as next, string_agg(distinct t.identifier, ', ') as waiting, max(j.last_error) as error
       from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = any($1) and j.locked_at is null and j.attempts < j.max_attempts`,
      [scene.jobs.map(({ name }) => name)],
    );
    const [{ next, waiting, error } = { next: null, waiting: "", error: null }] = rows;
    if (!next || next.getTime() > end) {
      throw new Error(`It didn't come to pass. Waiting jobs: ${waiting || "none"}; next at ${next?.toISOString() ?? "never"}; last error: ${error ?? "none"}.`);
    }
    if (next > scene.clock.now()) scene.clock.set(next);
  }
}

function catchUp(clock: TestClock): void {
  if (clock.now().getTime() < Date.now()) clock.set(new Date());
}
