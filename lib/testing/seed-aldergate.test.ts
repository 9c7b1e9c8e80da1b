import { expect, test } from "vitest";
import { seedAldergate } from "./seed-aldergate";
import { testServerContext } from "./test-context";

test("Aldergate Research has 431 Macs in every access state and reports in every state", { timeout: 120_000 }, async () => {
  const ctx = testServerContext();
  const { hosts, teams } = await seedAldergate(ctx);
  expect(hosts.size).toBe(431);
  expect(teams.size).toBe(7);
  const states = await ctx.db.hostCompliance.groupBy({ by: ["accessState"], _count: true });
  expect(Object.fromEntries(states.map(({ accessState, _count }) => [accessState, _count]))).toEqual({ held: 11, unsure: 9, loose: 16, in: 395 });
  const reports = await ctx.db.complianceReport.groupBy({ by: ["state"] });
  expect(reports.map(({ state }) => state).toSorted()).toEqual([
    "attention",
    "completed",
    "confirmed",
    "failed",
    "mismatch",
    "queued",
    "submitted",
    "uploading",
  ]);
});
