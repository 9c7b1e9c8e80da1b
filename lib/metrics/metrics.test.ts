import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readEnv, resetEnv } from "../env";
import { parseMetrics } from "../testing/parse-metrics";
import { agentCounters } from "./agent-counters";
import { answerMetrics } from "./answer-metrics";
import type { ThreadMetrics } from "./join-metrics";
import { beginAnswer, endAnswer, fitAnswerStride } from "./answer-timer";
import { observeBatch } from "./observe-batch";
import { observeJob } from "./observe-job";
import { observeMicrosoftRequest } from "./observe-microsoft-request";
import { observeAcceptance, observeReportState } from "./observe-report";
import { registerAgentMetrics } from "./register-agent-metrics";
import { registerProcessMetrics } from "./register-process-metrics";
import { metricsRegistry } from "./registry";

// What another thread counted: nothing, where a test doesn't say so.
let agents: ThreadMetrics = [];
const readThreads = () => Promise.resolve({ agents });
const token = "a-token-for-scraping-only";
let people: Server;
let own: Server;

beforeAll(async () => {
  registerProcessMetrics();
  registerAgentMetrics();
  people = createServer((request, response) => void answerMetrics(request, response, "people", readThreads));
  own = createServer((request, response) => void answerMetrics(request, response, "own", readThreads));
  for (const server of [people, own]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  people.close();
  own.close();
});
beforeEach(() => {
  setToken(token);
  agents = [];
});
afterEach(() => setToken(undefined));

function setToken(value: string | undefined): void {
  if (value === undefined) delete process.env.METRICS_TOKEN;
  else process.env.METRICS_TOKEN = value;
  resetEnv();
}

function ask(server: Server, { authorization, method = "GET", path = "/metrics" }: { authorization?: string; method?: string; path?: string } = {}) {
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}${path}`, { method, headers: authorization === undefined ? {} : { authorization } });
}

async function scrape() {
  const answer = await ask(own, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
  return parseMetrics(await answer.text());
}

const valueOf = (families: Awaited<ReturnType<typeof scrape>>, name: string, labels: Record<string, string> = {}) =>
  [...families.values()]
    .flatMap(({ samples }) => samples)
    .find((sample) => sample.name === name && Object.entries(labels).every(([key, word]) => sample.labels[key] === word))?.value;

test("with the token, metrics come as text that Prometheus reads, and no cache keeps them", async () => {
  const answer = await ask(people, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const families = parseMetrics(await answer.text());
  expect([...families.keys()]).toEqual(
    expect.arrayContaining([
      "flotilla_checkins_total",
      "flotilla_checkin_duration_seconds",
      "nodejs_eventloop_lag_p99_seconds",
      "process_resident_memory_bytes",
    ]),
  );
});

test("two scrapes in a row hold numbers only", async () => {
  await scrape();
  await scrape();
});

test("nothing that walks through all sockets is read", async () => {
  expect([...(await scrape()).keys()].filter((name) => name.startsWith("nodejs_active_") || name === "process_open_fds")).toEqual([]);
});

test.each([
  ["no token", undefined],
  ["another token", "Bearer a-token-for-scraping-onlx"],
  ["an empty one", "Bearer "],
  ["a beginning of it", "Bearer a-token"],
  ["another scheme", `Basic ${token}`],
])("%s is refused at both ports, and told how to ask", async (_name, authorization) => {
  for (const server of [people, own]) {
    const answer = await ask(server, { ...(authorization !== undefined && { authorization }) });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="metrics"');
    expect(await answer.text()).not.toContain("flotilla_");
  }
});

test("without a token there is nothing at the people's port, and the port of its own answers", async () => {
  setToken(undefined);
  expect((await ask(people)).status).toBe(404);
  expect((await ask(people, { authorization: `Bearer ${token}` })).status).toBe(404);
  expect((await ask(own)).status).toBe(200);
  expect((await ask(own, { path: "/" })).status).toBe(404);
});

test("HEAD answers without a body, and nothing else but GET is taken", async () => {
  const authorization = `Bearer ${token}`;
  const head = await ask(own, { authorization, method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(Number(head.headers.get("content-length"))).toBeGreaterThan(1000);
  const posted = await ask(own, { authorization, method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("a token too short stops the start and says what it should be", () => {
  expect(() => readEnv({ METRICS_TOKEN: "short" })).toThrow("METRICS_TOKEN is not usable: expected at least 16 characters without spaces");
  expect(() => readEnv({ METRICS_PORT: "many" })).toThrow("METRICS_PORT is not usable: expected a port number from 0 to 65535");
});

test("what happened is counted once, under its labels", async () => {
  agentCounters.reads += 5;
  agentCounters.emptyReads += 3;
  agentCounters.writes += 2;
  agentCounters.storedWrites += 2;
  agentCounters.refused5xx += 1;
  agentCounters.hostHits += 4;
  observeBatch(2);
  observeJob("compliance.sweep", "failed", performance.now());
  observeMicrosoftRequest("partner", 429, performance.now());
  observeMicrosoftRequest("graph", 0, performance.now());
  observeReportState("completed");
  observeReportState("queued", 3);
  const causedAt = new Date("2026-03-02T09:00:00.000Z");
  observeAcceptance({ compliant: true, kind: "verdict", causedAt }, new Date("2026-03-02T09:00:01.200Z"));
  observeAcceptance({ compliant: false, kind: "freshness", causedAt }, new Date("2026-03-03T09:00:00.000Z"));
  await scrape();
  const families = await scrape();
  const value = (name: string, labels?: Record<string, string>) => valueOf(families, name, labels);
  expect(value("flotilla_checkins_total", { call: "read", outcome: "empty" })).toBe(3);
  expect(value("flotilla_checkins_total", { call: "read", outcome: "asked" })).toBe(2);
  expect(value("flotilla_checkins_total", { call: "write", outcome: "stored" })).toBe(2);
  expect(value("flotilla_checkins_refused_total", { status: "5xx" })).toBe(1);
  expect(value("flotilla_host_cache_hits_total")).toBe(4);
  expect(value("flotilla_checkin_batch_size_sum")).toBe(2);
  expect(value("flotilla_jobs_total", { job: "compliance.sweep", outcome: "failed" })).toBe(1);
  expect(value("flotilla_microsoft_requests_total", { surface: "partner", status: "429" })).toBe(1);
  expect(value("flotilla_microsoft_requests_total", { surface: "graph", status: "unreachable" })).toBe(1);
  expect(value("flotilla_reports_total", { state: "queued" })).toBe(3);
  expect(value("flotilla_report_acceptance_seconds_bucket", { kind: "unblock", le: "1.5" })).toBe(1);
  expect(value("flotilla_report_acceptance_seconds_bucket", { kind: "unblock", le: "1" })).toBe(0);
  expect(value("flotilla_report_acceptance_seconds_count", { kind: "block" })).toBeUndefined();
});

test("what two threads counted is added up, what each has of its own is labelled, and what the process has is said once", async () => {
  agentCounters.configs += 3;
  observeJob("compliance.sweep", "done", performance.now());
  const before = await scrape();
  // Only the main thread tells what is the process's.
  agents = (await metricsRegistry().getMetricsAsJSON()).filter(({ name }) => !name.startsWith("process_"));
  const families = await scrape();
  const both = (name: string, labels?: Record<string, string>) => [valueOf(families, name, labels), 2 * (valueOf(before, name, labels) ?? Number.NaN)];
  for (const [joined, doubled] of [
    both("flotilla_checkins_total", { call: "config" }),
    both("flotilla_jobs_total", { job: "compliance.sweep", outcome: "done" }),
    both("flotilla_job_duration_seconds_count", { job: "compliance.sweep" }),
  ]) {
    expect(joined).toBe(doubled);
    expect(joined).toBeGreaterThan(0);
  }
  const threadsOf = (name: string) => families.get(name)?.samples.map(({ labels }) => labels.thread);
  expect(threadsOf("nodejs_eventloop_lag_p99_seconds")).toEqual(["main", "agents"]);
  expect(threadsOf("nodejs_eventloop_utilization_ratio")).toEqual(["main", "agents"]);
  expect(threadsOf("process_resident_memory_bytes")).toEqual([undefined]);
  expect(threadsOf("process_start_time_seconds")).toEqual([undefined]);
});

test("few answers are all timed, and of many a share that stands for them", async () => {
  fitAnswerStride();
  const timed = (answers: number) => {
    let count = 0;
    for (let i = 0; i < answers; i += 1) {
      const begun = beginAnswer();
      if (begun === 0) continue;
      endAnswer(begun, "/api/osquery/distributed/read");
      count += 1;
    }
    return count;
  };
  expect(timed(100)).toBe(100);
  fitAnswerStride();
  expect(timed(10_000)).toBe(10_000); // the second that brought the rush
  fitAnswerStride();
  expect(timed(10_000)).toBe(250);
  fitAnswerStride();
  expect(timed(10_000)).toBe(250);
  fitAnswerStride();
  expect(timed(40)).toBe(1);
  fitAnswerStride();
  expect(timed(40)).toBe(40);
  expect(valueOf(await scrape(), "flotilla_checkin_duration_seconds_count", { call: "read" })).toBe(100 + 10_000 + 250 + 250 + 1 + 40);
});

test("a second copy of a module finds the metric that stands", () => {
  const before = metricsRegistry().getMetricsAsArray().length;
  registerAgentMetrics();
  registerProcessMetrics();
  expect(metricsRegistry().getMetricsAsArray()).toHaveLength(before);
});
