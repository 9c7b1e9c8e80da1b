import { expect, test } from "vitest";
import { recordActivity } from "../activities/record-activity";
import { defineJob } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";
import { testServerContext } from "../testing/test-context";
import { z } from "zod";
import { statement } from "./sql";
import { inSqlTransaction, inTransaction } from "./transaction";

const probe = defineJob({ name: "test.probe", payload: z.object({ id: z.number() }), maxAttempts: 1, run: async () => undefined });
const countJobs = statement("test.count_jobs", "select count(*)::int as jobs from graphile_worker.jobs where task_identifier = 'test.probe'");
const typed = statement(
  "test.typed",
  "select $1::int[] as ids, $2::timestamptz as at, 5::int8 as big, '{\"a\":1}'::jsonb as doc, $3::bool as yes, $4::text[] as names",
);

test.each([
  ["prisma", inTransaction],
  ["pg", inSqlTransaction],
])("a %s transaction keeps activity, job and rows together, or none of them", async (_name, run) => {
  const ctx = testServerContext();
  const jobsBefore = (await ctx.sql.rows<{ jobs: number }>(countJobs))[0]?.jobs ?? 0;
  await expect(
    run(ctx, async (tx) => {
      await recordActivity(tx, { type: "rolled_back", details: { a: 1 } });
      await enqueue(tx, probe, { id: 1 });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await ctx.db.activity.count({ where: { type: "rolled_back" } })).toBe(0);
  expect((await ctx.sql.rows<{ jobs: number }>(countJobs))[0]?.jobs).toBe(jobsBefore);

  await run(ctx, async (tx) => {
    await recordActivity(tx, { type: "kept", details: { a: "b" } });
    await enqueue(tx, probe, { id: 2 });
  });
  expect(await ctx.db.activity.count({ where: { type: "kept" } })).toBeGreaterThan(0);
  expect((await ctx.sql.rows<{ jobs: number }>(countJobs))[0]?.jobs).toBe(jobsBefore + 1);
});

test.each([
  ["prisma", inTransaction],
  ["pg", inSqlTransaction],
])("plain SQL gives the same values in a %s transaction", async (_name, run) => {
  const at = new Date("2026-01-02T03:04:05.678Z");
  const rows = await run(testServerContext(), (tx) => tx.sql.rows(typed, [[1, 2], at, true, ["x", 'y, "z"']]));
  expect(rows).toEqual([{ ids: [1, 2], at, big: 5, doc: { a: 1 }, yes: true, names: ["x", 'y, "z"'] }]);
});
