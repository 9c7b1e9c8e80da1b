import { Pool } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { getPool } from "../db/pool";
import { testServerContext } from "../testing/test-context";
import { defineJob, type Job } from "./define-job";
import { enqueue } from "./enqueue";
import { runDueJobs, runWorker, type RunningWorker } from "./run-worker";
import { releaseLostJobs } from "./worker-life";

let ran: number[] = [];
const countJob = defineJob({
  name: "test.count",
  payload: z.object({ id: z.number() }),
  maxAttempts: 3,
  run: async (_ctx, { id }) => {
    ran.push(id);
  },
});

let ticks = 0;
const tick = defineJob({
  name: "test.tick",
  payload: z.object({}).strict(),
  maxAttempts: 1,
  run: async () => {
    ticks += 1;
  },
});

/** A job that runs until it is let go. */
function longJob(name = "test.long") {
  let runs = 0;
  let started: () => void = () => undefined;
  let letGo: () => void = () => undefined;
  const hasStarted = new Promise<void>((resolve) => (started = resolve));
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  const job = defineJob({
    name,
    payload: z.object({}),
    maxAttempts: 3,
    run: async () => {
      runs += 1;
      started();
      await gone;
    },
  });
  return { job, hasStarted, letGo, runs: () => runs };
}

const ends: (() => unknown)[] = [];
beforeEach(async () => {
  ran = [];
  ticks = 0;
  await getPool().query("delete from graphile_worker._private_jobs");
  await getPool().query("delete from job_workers");
});
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).toReversed()) await end();
});

// Each worker has a pool of its own, as each process has.
async function startWorker(jobs: Job[], schedules: { job: typeof tick; match: string }[] = [], concurrency = 2): Promise<RunningWorker> {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 6 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  ends.push(() => pool.end());
  const worker = await runWorker(pool, jobs, schedules, concurrency);
  worker.promise.catch(() => undefined);
  return worker;
}

/**
 * Lets nobody into the database, and ends every connection but this file's own, while `meanwhile` goes on.
 * @returns what went wrong meanwhile and was left to the process, which logs it (`server.ts`)
 */
async function withoutDatabase(meanwhile: () => Promise<void>): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const runnersOwn = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", (reason) => uncaught.push(reason));
  const url = new URL(process.env.DATABASE_URL as string);
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  const elsewhere = new Pool({ connectionString: url.href, max: 1 });
  try {
    await elsewhere.query(`alter database ${name} allow_connections false`);
    await elsewhere.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name <> 'flotilla'", [name]);
    await meanwhile();
    return uncaught;
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of runnersOwn) process.on("unhandledRejection", listener);
    await elsewhere.query(`alter database ${name} allow_connections true`);
    await elsewhere.end();
  }
}

async function workers(): Promise<string[]> {
  return (await getPool().query<{ id: string }>("select id from job_workers")).rows.map((row) => row.id);
}

async function holders(): Promise<(string | null)[]> {
  return (await getPool().query<{ locked_by: string | null }>("select locked_by from graphile_worker.jobs")).rows.map((row) => row.locked_by);
}

test("a job that a killed worker held is taken again after 30 seconds of its silence, and not before", async () => {
  const ctx = testServerContext();
  const pool = getPool();
  await enqueue(ctx, countJob, { id: 1 });
  await pool.query("update graphile_worker._private_jobs set locked_by = 'a dead worker', locked_at = now()");
  const lastBeat = (secondsAgo: number) =>
    pool.query(
      `insert into job_workers (id, beat_at) values ('a dead worker', now() - make_interval(secs => $1)) on conflict (id) do update set beat_at = excluded.beat_at`,
      [secondsAgo],
    );

  await lastBeat(25);
  expect(await releaseLostJobs(pool)).toBe(0);
  await runDueJobs(pool, [countJob], () => ctx);
  expect(ran).toEqual([]);

  await lastBeat(31);
  expect(await releaseLostJobs(pool)).toBe(1);
  await runDueJobs(pool, [countJob], () => ctx);
  expect(ran).toEqual([1]);
});

test("a job of a worker that never beat is taken again after three minutes", async () => {
  const ctx = testServerContext();
  const pool = getPool();
  await enqueue(ctx, countJob, { id: 2 });
  const hold = (minutes: number) =>
    pool.query(`update graphile_worker._private_jobs set locked_by = 'an old worker', locked_at = now() - make_interval(mins => $1)`, [minutes]);

  await hold(2);
  expect(await releaseLostJobs(pool)).toBe(0);
  await hold(4);
  expect(await releaseLostJobs(pool)).toBe(1);
  await runDueJobs(pool, [countJob], () => ctx);
  expect(ran).toEqual([2]);
});

test("a worker that lives keeps a job however long it takes, and others don't run it beside it", async () => {
  const { job, hasStarted, letGo } = longJob();
  await startWorker([job as Job]).then((worker) => ends.push(() => worker.stop()));
  await enqueue(testServerContext(), job, {});
  await hasStarted;
  await getPool().query("update graphile_worker._private_jobs set locked_at = now() - interval '1 hour'");
  expect(await releaseLostJobs(getPool())).toBe(0);
  expect(await holders()).toEqual(await workers());
  letGo();
  await expect.poll(holders).toEqual([]);
});

test("a stop lets a running job end, takes no other, and leaves no sign of the worker", async () => {
  const { job, hasStarted, letGo } = longJob();
  const worker = await startWorker([job as Job, countJob as Job], [], 1);
  await enqueue(testServerContext(), job, {});
  await hasStarted;
  const stopped = worker.stop();
  await enqueue(testServerContext(), countJob, { id: 3 });
  expect(await workers()).toHaveLength(1);
  letGo();
  await stopped;
  expect(ran).toEqual([]);
  expect((await holders()).filter(Boolean)).toEqual([]);
  expect(await workers()).toEqual([]);
});

test("a stop in a hurry leaves the running job to the next worker that looks", async () => {
  const { job, hasStarted, letGo } = longJob();
  const worker = await startWorker([job as Job]);
  await enqueue(testServerContext(), job, {});
  await hasStarted;
  await worker.stop(AbortSignal.abort());
  expect(await releaseLostJobs(getPool())).toBe(1);
  expect(await holders()).toEqual([null]);
  letGo();
  await worker.promise;
});

test("a job that ended while the database couldn't be reached is run again, and one that runs on isn't touched", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const [cutOff, runsOn] = [longJob(), longJob("test.longer")];
  await startWorker([cutOff.job as Job, runsOn.job as Job]).then((worker) => ends.push(() => worker.stop()));
  const [id] = await workers();
  await enqueue(testServerContext(), cutOff.job, {});
  await enqueue(testServerContext(), runsOn.job, {});
  await Promise.all([cutOff.hasStarted, runsOn.hasStarted]);

  const uncaught = await withoutDatabase(async () => {
    cutOff.letGo();
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  expect(uncaught).toHaveLength(1); // the queue's attempt to write that the job ended
  expect(await holders()).toEqual([id, id]);
  expect(cutOff.runs()).toBe(1);

  for (let look = 0; look < 3; look += 1) {
    await vi.advanceTimersByTimeAsync(10_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await expect.poll(holders).toEqual([id]);
  expect(cutOff.runs()).toBe(2);
  expect(runsOn.runs()).toBe(1);
  runsOn.letGo();
  await expect.poll(holders).toEqual([]);
});

test("what was run has left the queue when a run of what is due returns", async () => {
  const ctx = testServerContext();
  const other = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
  ends.push(() => other.end());
  let letsGo: Promise<unknown> | undefined;
  const slowToLeave = defineJob({
    name: "test.slow_to_leave",
    payload: z.object({}),
    maxAttempts: 1,
    run: async () => {
      const client = await other.connect();
      await client.query("begin");
      await client.query("select 1 from graphile_worker._private_jobs for update");
      letsGo = new Promise((resolve) => setTimeout(resolve, 300)).then(() => client.query("commit")).finally(() => client.release());
    },
  });
  await enqueue(ctx, slowToLeave, {});
  await runDueJobs(getPool(), [slowToLeave as Job], () => ctx);
  expect(await holders()).toEqual([]);
  await letsGo;
});

test("what the clock starts is enqueued and run once a minute, however many workers there are", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date("2026-01-05T10:00:50.000Z") });
  const schedules = [{ job: tick, match: "* * * * *" }];
  for (let count = 0; count < 3; count += 1) await startWorker([tick as Job], schedules).then((worker) => ends.push(() => worker.stop()));
  const enqueued = async () =>
    (await getPool().query<{ at: Date }>("select last_execution as at from graphile_worker._private_known_crontabs where identifier = 'test.tick'")).rows[0]
      ?.at;
  for (let minute = 1; minute <= 3; minute += 1) {
    await vi.advanceTimersByTimeAsync(60_000);
    await expect.poll(enqueued).toEqual(new Date(`2026-01-05T10:0${minute}:00.000Z`));
    await expect.poll(holders).toEqual([]);
    expect(ticks).toBe(minute);
  }
});

test("what the clock starts is left out while an earlier run of it goes on, wherever that is", async () => {
  const ctx = testServerContext();
  const pool = getPool();
  const start = () => pool.query("select graphile_worker.add_job('test.tick', json_build_object('_cron', json_build_object('ts', now())))");
  await start();
  await pool.query("update graphile_worker._private_jobs set locked_by = 'another worker', locked_at = now()");
  await start();
  await runDueJobs(pool, [tick as Job], () => ctx);
  expect(ticks).toBe(0);
  expect(await holders()).toEqual(["another worker"]);
  await pool.query("delete from graphile_worker._private_jobs");
  await start();
  await runDueJobs(pool, [tick as Job], () => ctx);
  expect(ticks).toBe(1);
});
