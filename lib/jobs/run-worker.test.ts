import { expect, test } from "vitest";
import { z } from "zod";
import { getPool } from "../db/pool";
import { testServerContext } from "../testing/test-context";
import { defineJob } from "./define-job";
import { enqueue } from "./enqueue";
import { releaseLostJobs, runDueJobs } from "./run-worker";

const ran: number[] = [];
const countJob = defineJob({
  name: "test.count",
  payload: z.object({ id: z.number() }),
  maxAttempts: 3,
  run: async (_ctx, { id }) => {
    ran.push(id);
  },
});

test("a job that a killed worker held is taken again after three minutes, and not before", async () => {
  const ctx = testServerContext();
  const pool = getPool();
  await enqueue(ctx, countJob, { id: 1 });
  const hold = (minutes: number) =>
    pool.query(`update graphile_worker._private_jobs set locked_by = 'a dead worker', locked_at = now() - make_interval(mins => $1)`, [minutes]);

  await hold(2);
  expect(await releaseLostJobs(pool)).toBe(0);
  await runDueJobs(pool, [countJob], () => ctx);
  expect(ran).toEqual([]);

  await hold(4);
  expect(await releaseLostJobs(pool)).toBe(1);
  // The queue lets a failed try rest a while; a person who waits for the test needn't.
  await pool.query("update graphile_worker._private_jobs set run_at = now()");
  await runDueJobs(pool, [countJob], () => ctx);
  expect(ran).toEqual([1]);
});
