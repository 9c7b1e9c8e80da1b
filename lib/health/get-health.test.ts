import { afterEach, beforeEach, expect, test } from "vitest";
import { getPrisma } from "../db/prisma";
import { resetEnv } from "../env";
import { testClock, testUserContext, type TestClock } from "../testing/test-context";
import type { Context } from "../context";
import { getHealth } from "./get-health";
import { insertSample } from "./health-queries";
import type { SampleFigures } from "./sample-figures";

let clock: TestClock;
let ctx: Context;

beforeEach(async () => {
  clock = testClock(new Date("2026-03-02T09:04:00.000Z"));
  ctx = await testUserContext("admin", clock);
  await getPrisma().metricSample.deleteMany();
});
afterEach(() => {
  delete process.env.METRICS_PORT;
  delete process.env.METRICS_TOKEN;
  resetEnv();
});

const calm: SampleFigures = {
  version: "1.0.0",
  since: "2026-03-01T00:00:00.000Z",
  ready: true,
  stopped: false,
  listening: true,
  seconds: 30,
  calls: 300,
  hostHits: 99,
  hostMisses: 1,
  answers: { "0.01": 99, "0.5": 1 },
  acceptance: { "1": 1 },
  loopLag: 0.01,
  memory: 250_000_000,
  heapShare: 0.1,
  poolBusy: 3,
  poolWaiting: 0,
  poolMax: 16,
  reportsWaiting: 2,
  reportOldest: 1,
  jobsWaiting: 0,
  jobOldest: 0,
};

async function sample(instance: string, secondsAgo: number, figures: Partial<SampleFigures> = {}): Promise<void> {
  await insertSample(ctx.sql, instance, new Date(clock.now().getTime() - secondsAgo * 1000), { ...calm, ...figures }, new Date(0));
}

test("before anything was measured there is nothing to show and nothing wrong", async () => {
  expect(await getHealth(ctx)).toMatchObject({ instances: [], problems: [], points: [], scraping: { port: null, host: "127.0.0.1", token: false } });
});

test("ten minutes of two instances become one point: counts added, times from all answers, the highest of what each read", async () => {
  await sample("sail-1/1", 700, { reportsWaiting: 9 });
  await sample("sail-1/1", 10, { loopLag: 0.02, pageLag: 0.3 });
  await sample("sail-2/1", 9, { loopLag: 0.04, answers: { "0.01": 899, "1": 1 }, acceptance: { "2": 3, "5": 1 }, poolBusy: 5, reportsWaiting: 3 });
  const { points, since, instances, problems } = await getHealth(ctx);
  expect(since.toISOString()).toBe("2026-03-01T09:10:00.000Z");
  expect(points.map(({ at }) => at.toISOString())).toEqual(["2026-03-02T08:50:00.000Z", "2026-03-02T09:00:00.000Z"]);
  expect(points[0]).toMatchObject({ reportsWaiting: 9, callsPerSecond: 10 });
  expect(points[1]).toMatchObject({
    callsPerSecond: 20,
    loopLag: 0.04,
    pageLag: 0.3,
    poolBusy: 5,
    poolMax: 16,
    reportsWaiting: 3,
    hitShare: 0.99,
    answersTimed: 1000,
    accepted: 5,
  });
  expect(points[1]?.answerP99).toBeCloseTo(0.01, 3);
  expect(points[1]?.acceptanceP50).toBeCloseTo(1.75, 2);
  expect(points[1]?.acceptanceP95).toBeCloseTo(4.75, 1);
  expect(instances.map(({ name, state }) => [name, state])).toEqual([
    ["sail-1/1", "ready"],
    ["sail-2/1", "ready"],
  ]);
  expect(problems).toEqual([]);
});

test("an instance is listed as it was last heard of, for an hour", async () => {
  await sample("gone/1", 3700);
  await sample("sail-1/1", 400, { ready: false, stopped: true });
  await sample("sail-2/1", 200);
  await sample("sail-3/1", 20, { ready: false });
  const { instances, problems } = await getHealth(ctx);
  expect(Object.fromEntries(instances.map(({ name, state }) => [name, state]))).toEqual({
    "sail-1/1": "stopped",
    "sail-2/1": "silent",
    "sail-3/1": "not_ready",
  });
  expect(problems.map(({ code }) => code).toSorted()).toEqual(["instance_not_ready", "instance_silent"]);
});

test("what was slow an hour ago is in the chart and no problem any more", async () => {
  await sample("sail-1/1", 3000, { answers: { "5": 100 }, reportOldest: 300 });
  await sample("sail-1/1", 10);
  const { points, problems } = await getHealth(ctx);
  expect(points[0]?.reportOldest).toBe(300);
  expect(points[0]?.answerP99).toBeGreaterThan(4);
  expect(problems).toEqual([]);
  clock.advance(30_000);
  await sample("sail-1/1", 1, { answers: { "5": 100 }, reportOldest: 300 });
  expect((await getHealth(ctx)).problems.map(({ code }) => code)).toEqual(["reports_late", "answers_slow"]);
  clock.advance(30_000);
  await sample("sail-1/1", 1);
  expect((await getHealth(ctx)).problems.map(({ code }) => code)).toEqual(["answers_slow"]); // of five minutes
});

test("where metrics can be read comes from the environment, without the token", async () => {
  process.env.METRICS_PORT = "9464";
  process.env.METRICS_TOKEN = "a-token-for-scraping-only";
  resetEnv();
  const health = await getHealth(ctx);
  expect(health.scraping).toEqual({ port: 9464, host: "127.0.0.1", token: true });
  expect(JSON.stringify(health)).not.toContain("a-token-for-scraping-only");
});

test.each(["maintainer", "observer", "technician"] as const)("a %s doesn't see it", async (role) => {
  await expect(getHealth(await testUserContext(role, clock))).rejects.toMatchObject({ code: "permission_denied" });
});
