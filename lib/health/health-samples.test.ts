import { afterEach, beforeEach, expect, test } from "vitest";
import { serverContext, type Context } from "../context";
import { getPrisma } from "../db/prisma";
import { getPool } from "../db/pool";
import { migrateQueue } from "../jobs/run-worker";
import { agentCounters } from "../metrics/agent-counters";
import { beginAnswer, endAnswer } from "../metrics/answer-timer";
import { metricsRegistry } from "../metrics/registry";
import { observeAcceptance } from "../metrics/observe-report";
import { parseMetrics } from "../testing/parse-metrics";
import { testClock, testServerContext, type TestClock } from "../testing/test-context";
import { boundedRead } from "./bounded-read";
import { listLatestSamples, listSampleSpans, sumSampleBuckets } from "./health-queries";
import { readBacklog } from "./read-backlog";
import { recordSample } from "./record-sample";
import { registerServerMetrics } from "./register-server-metrics";
import { registerThreadMetrics } from "./register-thread-metrics";
import { SampleFigures } from "./sample-figures";
import { SampleMeter } from "./sample-meter";
import { ThreadMeter, type ThreadFigures } from "./thread-meter";

const running = { ready: true, stopped: false };
const nothing: ThreadFigures = {
  listening: false,
  calls: 0,
  hostHits: 0,
  hostMisses: 0,
  answers: {},
  acceptance: {},
  loopLag: 0,
  heapShare: 0,
  poolBusy: 0,
  poolWaiting: 0,
  poolMax: 0,
};
let clock: TestClock;
let ctx: Context;
let thread: ThreadMeter;
let meter: SampleMeter;

beforeEach(async () => {
  clock = testClock();
  ctx = testServerContext(clock);
  thread = new ThreadMeter();
  meter = new SampleMeter(clock.now(), async () => ({ main: nothing, agents: await thread.take(), checkIns: nothing }));
  // The registry is the process's own: what earlier tests counted is behind this reading.
  await meter.take(clock.now(), null, running);
  await getPrisma().metricSample.deleteMany();
  await migrateQueue(getPool());
});
afterEach(() => thread.stop());

const record = (instance = "one/1", state = running) => recordSample(ctx, meter, () => readBacklog(ctx), state, instance);

async function connection(): Promise<number> {
  const { id } = await getPrisma().entraConnection.create({
    data: { name: "Aldergate", cloud: "public", provider: "intune_partner", state: "connected", tenantId: crypto.randomUUID() },
  });
  return id;
}

async function waitingReport(connectionId: number, dueAt: Date, state = "queued", provider = "intune_partner"): Promise<void> {
  const at = clock.now();
  await getPrisma().complianceReport.create({
    data: {
      id: crypto.randomUUID(),
      connectionId,
      provider,
      kind: "verdict",
      deviceId: crypto.randomUUID(),
      managed: true,
      compliant: false,
      state,
      causedAt: at,
      createdAt: at,
      nextAttemptAt: dueAt,
    },
  });
}

test("a sample holds what happened since the one before", async () => {
  clock.advance(30_000);
  Object.assign(agentCounters, { reads: agentCounters.reads + 90, hostHits: agentCounters.hostHits + 89, hostMisses: agentCounters.hostMisses + 1 });
  endAnswer(beginAnswer() || performance.now(), "/api/osquery/distributed/read");
  observeAcceptance({ compliant: true, kind: "verdict", causedAt: clock.now() }, new Date(clock.now().getTime() + 1_200));
  await record();
  clock.advance(30_000);
  await record();
  const [kept] = await listLatestSamples(ctx.sql, new Date(0), clock.now());
  expect(SampleFigures.parse(kept?.values)).toMatchObject({ ready: true, stopped: false, seconds: 30, calls: 0, hostHits: 0, answers: {}, acceptance: {} });
  const [span] = await listSampleSpans(ctx.sql, "10 minutes", new Date("2026-03-02T09:00:00.000Z"), clock.now());
  expect(span).toMatchObject({ seconds: 60, calls: 90, hostHits: 89, hostMisses: 1 });
  expect(span?.memory).toBeGreaterThan(10_000_000);
  const buckets = [...(await sumSampleBuckets(ctx.sql, "10 minutes", new Date("2026-03-02T09:00:00.000Z"), clock.now())).values()];
  expect(buckets).toHaveLength(1);
  expect(buckets[0]?.acceptance).toEqual({ "1.5": 1 });
  expect(Object.values(buckets[0]?.answers ?? {})).toEqual([1]);
});

test("a process's sample adds up what its threads measured, keeps their lags apart and shows the fuller memory", async () => {
  const main = { ...nothing, calls: 1, answers: { "0.1": 1 }, acceptance: { "2": 4 }, loopLag: 0.3, heapShare: 0.2, poolBusy: 3, poolWaiting: 1, poolMax: 16 };
  const agents = { ...nothing, listening: true, calls: 9, answers: { "0.1": 2, "0.5": 1 }, loopLag: 0.001, heapShare: 0.5, poolBusy: 2, poolMax: 8 };
  const checkIns = { ...nothing, heapShare: 0.1, poolBusy: 2, poolMax: 4 };
  const all = new SampleMeter(clock.now(), () => Promise.resolve({ main, agents, checkIns }));
  expect(await all.take(clock.now(), null, running)).toMatchObject({
    listening: true,
    calls: 10,
    answers: { "0.1": 3, "0.5": 1 },
    acceptance: { "2": 4 },
    loopLag: 0.001,
    pageLag: 0.3,
    heapShare: 0.5,
    poolBusy: 7,
    poolWaiting: 1,
    poolMax: 28,
  });
});

test("the counts of two instances are added, and time that both measured counts once", async () => {
  for (const instance of ["one/1", "two/1"]) {
    agentCounters.writes += 30;
    clock.set(new Date("2026-03-02T09:00:25.000Z"));
    await record(instance);
  }
  const [span] = await listSampleSpans(ctx.sql, "10 minutes", new Date("2026-03-02T09:00:00.000Z"), clock.now());
  expect(span).toMatchObject({ seconds: 30, calls: 60 });
});

test("what is older than 48 hours goes, whoever left it", async () => {
  await record("gone/1");
  clock.advance(48 * 3_600_000);
  await record("one/1");
  expect(await getPrisma().metricSample.count()).toBe(2);
  clock.advance(1);
  await record("one/1");
  expect((await getPrisma().metricSample.findMany()).map(({ instance }) => instance)).toEqual(["one/1", "one/1"]);
});

test("the sample counts what waits, and how long what may go out has waited", async () => {
  const id = await connection();
  const now = clock.now().getTime();
  await waitingReport(id, new Date(now - 90_000));
  await waitingReport(id, new Date(now - 5_000), "uploading");
  await waitingReport(id, new Date(now + 900_000), "failed");
  await waitingReport(id, new Date(now - 500_000), "attention");
  await waitingReport(id, new Date(now - 500_000), "queued", "audit_only");
  await getPool().query("select graphile_worker.add_job('example.job', run_at => $1::timestamptz)", [new Date(now - 40_000)]);
  await getPool().query("select graphile_worker.add_job('example.job', run_at => $1::timestamptz)", [new Date(now + 40_000)]);
  await record();
  const [kept] = await listLatestSamples(ctx.sql, new Date(0), clock.now());
  expect(kept?.values).toMatchObject({ reportsWaiting: 3, reportOldest: 90, jobsWaiting: 1, jobOldest: 40 });
  await getPool().query("delete from graphile_worker._private_jobs");
  await getPrisma().complianceReport.deleteMany();
});

test("a sample is kept also when what waits can't be counted", async () => {
  const log = { ...ctx.log, warn: () => undefined };
  await recordSample({ ...ctx, log }, meter, () => Promise.reject(new Error("too slow")), running, "one/1");
  const [kept] = await listLatestSamples(ctx.sql, new Date(0), clock.now());
  expect(SampleFigures.parse(kept?.values).reportsWaiting).toBeUndefined();
});

test("a scrape shows the pool, what waits, and the hosts by access", async () => {
  const id = await connection();
  registerServerMetrics();
  registerThreadMetrics();
  const families = parseMetrics(await metricsRegistry().metrics());
  const only = (name: string) => families.get(name)?.samples.map(({ labels, value }) => ({ ...labels, value }));
  expect(only("flotilla_reports_waiting")).toContainEqual({ connection: String(id), value: 0 });
  expect(only("flotilla_report_oldest_age_seconds")).toContainEqual({ connection: String(id), value: 0 });
  expect(only("flotilla_jobs_waiting")).toEqual([{ value: 0 }]);
  expect(only("flotilla_hosts")?.map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  expect(only("flotilla_database_pool_connections")?.[0]?.value).toBeGreaterThan(0);
  expect(only("flotilla_scrape_errors_total")).toEqual([{ value: 0 }]);
});

test("a bounded read is shared by those who ask at once, kept for a while, and waited for so long only", async () => {
  let reads = 0;
  const read = boundedRead(async () => (reads += 1), 60_000, 60_000);
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  expect(await read()).toBe(1);
  const fresh = boundedRead(async () => (reads += 1), 0, 60_000);
  expect([await fresh(), await fresh()]).toEqual([2, 3]);
  const never = boundedRead(() => new Promise<number>(() => undefined), 0, 1);
  await expect(never()).rejects.toThrow("not read within 1 ms");
  const failing = boundedRead(() => Promise.reject(new Error("gone")), 60_000, 60_000);
  await expect(failing()).rejects.toThrow("gone");
  await expect(failing()).rejects.toThrow("gone");
});

test("a backlog that can't be counted in time is given up by the database too", async () => {
  const other = await getPool().connect();
  try {
    await other.query("begin");
    await other.query("lock table compliance_reports in access exclusive mode");
    await expect(readBacklog(serverContext())).rejects.toThrow("statement timeout");
  } finally {
    await other.query("rollback");
    other.release();
  }
});
