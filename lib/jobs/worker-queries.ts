import type { Pool } from "pg";

/** A worker beats every few seconds; who is silent for so long is dead, or as good as dead. */
const silentFor = "30 seconds";
/** A worker of which no beat was ever written: one that died in its first second, or one of an older version. */
const unknownFor = "3 minutes";
const rememberedFor = "10 minutes";

/** Writes that a worker lives; times are the database's, so that no two clocks are compared. */
export async function beatWorker(pool: Pool, workerId: string): Promise<void> {
  await pool.query(
    `insert into job_workers (id, beat_at) values ($1, clock_timestamp())
     on conflict (id) do update set beat_at = excluded.beat_at`,
    [workerId],
  );
}

/** Forgets a worker that has ended its jobs; what it reached for in its last moment is free again. One that leaves jobs behind is remembered as dead, so that others take them at their next look. */
export async function endWorkerRow(pool: Pool, workerId: string, { leavesJobs }: { leavesJobs: boolean }): Promise<void> {
  if (leavesJobs) {
    await pool.query("insert into job_workers (id, beat_at) values ($1, '-infinity') on conflict (id) do update set beat_at = '-infinity'", [workerId]);
    return;
  }
  await unlockJobsOf(pool, [workerId]);
  await pool.query("delete from job_workers where id = $1", [workerId]);
}

/** The workers that hold jobs and don't live any more. */
export async function listLostWorkers(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ worker: string }>(
    `select distinct held.locked_by as worker
     from graphile_worker.jobs held
     left join job_workers known on known.id = held.locked_by
     where held.locked_by is not null
       and (known.beat_at < clock_timestamp() - $1::interval or (known.id is null and held.locked_at < clock_timestamp() - $2::interval))`,
    [silentFor, unknownFor],
  );
  return rows.map((row) => row.worker);
}

/** Gives the jobs of these workers free. */
export async function unlockJobsOf(pool: Pool, workers: string[]): Promise<void> {
  await pool.query("select graphile_worker.force_unlock_workers($1::text[])", [workers]);
}

/** The ids of the jobs that a worker holds. */
export async function listHeldJobs(pool: Pool, workerId: string): Promise<string[]> {
  return (await pool.query<{ id: string }>("select id::text from graphile_worker.jobs where locked_by = $1", [workerId])).rows.map(({ id }) => id);
}

/** Gives these jobs free, if the worker still holds them. */
export async function unlockJobs(pool: Pool, workerId: string, jobIds: string[]): Promise<void> {
  // The queue has a function for all jobs of a worker alone, those that it runs included.
  await pool.query("update graphile_worker._private_jobs set locked_by = null, locked_at = null where id = any ($2::bigint[]) and locked_by = $1", [
    workerId,
    jobIds,
  ]);
}

/** Forgets workers that have been silent for long. */
export async function forgetSilentWorkers(pool: Pool): Promise<void> {
  await pool.query("delete from job_workers where beat_at < clock_timestamp() - $1::interval", [rememberedFor]);
}

/** Whether an earlier job of this kind is being run, by whichever worker. */
export async function isEarlierRunning(pool: Pool, taskName: string, jobId: string): Promise<boolean> {
  const { rows } = await pool.query<{ running: boolean }>(
    "select exists (select from graphile_worker.jobs where task_identifier = $1 and locked_by is not null and id < $2::bigint) as running",
    [taskName, jobId],
  );
  return rows[0]?.running ?? false;
}
