import { execFile } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { MessageChannel, Worker } from "node:worker_threads";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentsThreadQuestions } from "@/agents-thread";
import type { CheckInsThreadQuestions } from "@/check-ins-thread";
import { addressHeader, httpsHeader } from "@/lib/http/client-address";
import { openPageSocket } from "@/lib/http/page-socket";
import { agentsTimeUsed, areAgentsBusy, makeAgentsLoad, watchAgentsLoad } from "@/lib/threads/agents-load";
import type { ThreadMetrics } from "@/lib/metrics/join-metrics";
import { enrolledAgent, macDetails } from "@/lib/testing/agent-scenario";
import { sendTo } from "@/lib/testing/agent-ways-in";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { ThreadLine } from "@/lib/threads/thread-line";

// Here the test plays the main thread.
let thread: Worker;
let storing: Worker;
let checkIns: ThreadLine<CheckInsThreadQuestions>;
let agents: ThreadLine<AgentsThreadQuestions>;
let pages: Server;
let port: number;
let answerPage: RequestListener;

beforeAll(async () => {
  const bundled = `const { bundle } = await import("./scripts/build-server.mjs"); for (const name of ["agents", "check-ins"]) await bundle({ ["agents-thread-test/" + name]: name + "-thread.ts" });`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", bundled]);
  pages = createServer((request, response) => answerPage(request, response));
  const load = makeAgentsLoad();
  watchAgentsLoad(load);
  const env = { ...process.env, PORT: "0", TLS_PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "silent", SECRET_KEY: "a key for tests only, of forty characters" };
  const { port1, port2 } = new MessageChannel();
  thread = new Worker(resolve("dist", "agents-thread-test", "agents.mjs"), {
    env,
    workerData: { dev: false, pageSocket: await openPageSocket(pages), load, checkIns: port1 },
    transferList: [port1],
  });
  storing = new Worker(resolve("dist", "agents-thread-test", "check-ins.mjs"), { env, workerData: { agents: port2 }, transferList: [port2] });
  checkIns = new ThreadLine(storing);
  agents = new ThreadLine(thread);
  port = await agents.ask("openHttp");
});
afterAll(async () => {
  await Promise.all([thread.terminate(), storing.terminate()]);
  pages.closeAllConnections();
  await new Promise((end) => pages.close(end));
  rmSync(join("dist", "agents-thread-test"), { recursive: true, force: true });
});
beforeEach(() => {
  answerPage = (_request, response) => response.end("a page");
});

const at = (path: string) => `http://127.0.0.1:${port}${path}`;
const unknown = { method: "POST", body: JSON.stringify({ node_key: "nobody's" }) };

async function ask(path: string, init?: RequestInit) {
  const answer = await fetch(at(path), init);
  return { status: answer.status, text: await answer.text() };
}

test("until it serves, it lives, asks agents to come again, and hands people on", async () => {
  expect(await ask("/healthz")).toEqual({ status: 200, text: "ok\n" });
  expect(await ask("/readyz")).toEqual({ status: 503, text: "starting or stopping\n" });
  expect(await ask("/api/osquery/config", unknown)).toMatchObject({ status: 503, text: expect.stringContaining("temporarily unavailable") });
  expect(await ask("/hosts")).toEqual({ status: 200, text: "a page" });
  await expect(agents.ask("readFigures")).rejects.toThrow("isn't prepared");
  await expect(checkIns.ask("readFigures")).rejects.toThrow("isn't prepared");
});

test("once it serves, agents are answered from the database, and health says so", async () => {
  const environment = { DATABASE_URL: process.env.DATABASE_URL ?? "", DATABASE_POOL_SIZE: "4" };
  await checkIns.ask("prepare", environment);
  await agents.ask("prepare", environment);
  await agents.ask("serve");
  expect(await ask("/readyz")).toEqual({ status: 200, text: "ready\n" });
  expect(await ask("/api/osquery/config", unknown)).toMatchObject({ status: 401, text: expect.stringContaining('"node_invalid":true') });
  expect(await agents.ask("readFigures")).toMatchObject({ listening: true, poolMax: 4 });
  const metrics = await agents.ask("readMetrics");
  const names = metrics.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["flotilla_host_cache_entries", "flotilla_listen_connected", "nodejs_eventloop_lag_p99_seconds"]));
  expect(metrics.find(({ name }) => name === "flotilla_open_connections")?.values[0]?.value).toBeGreaterThan(0);
  // What is the process's is the main thread's to say, and nothing walks through the sockets at a scrape.
  expect(names.filter((name) => name.startsWith("process_") || name.startsWith("nodejs_active_"))).toEqual([]);
  expect(areAgentsBusy()).toBe(false);
  await expect
    .poll(async () => {
      await ask("/readyz");
      return agentsTimeUsed();
    })
    .toBeGreaterThan(0);
  expect(agentsTimeUsed()).toBeLessThanOrEqual(1);
});

test("what an agent says is stored in the check-ins' thread, whose end is a fault that heals", async () => {
  const ctx = testServerContext(testClock());
  const agent = await enrolledAgent(ctx, { name: "thread", send: sendTo(port), close: () => Promise.resolve() });
  const say = (version: string) => agent.write({ fleet_detail_query_os_version: [{ ...macDetails("", "").os_version, version }] });
  expect(await say("15.6")).toMatchObject({ status: 200 });
  expect(await ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId } })).toMatchObject({ osVersion: "15.6" });
  const batches = async (line: { ask(name: "readMetrics"): Promise<ThreadMetrics> }) => {
    const { values = [] } = (await line.ask("readMetrics")).find(({ name }) => name === "flotilla_checkin_batch_size") ?? {};
    return (values as { metricName?: string; value: number }[]).find(({ metricName }) => metricName?.endsWith("_count"))?.value ?? 0;
  };
  expect(await batches(checkIns)).toBeGreaterThan(0);
  expect(await batches(agents)).toBe(0);
  expect(await checkIns.ask("readFigures")).toMatchObject({ poolMax: 4 });
  await storing.terminate();
  expect(await say("15.7")).toMatchObject({ status: 503, text: expect.stringContaining("temporarily unavailable") });
});

test("what a client says of its address and of HTTPS isn't believed", async () => {
  let seen: IncomingMessage["headers"] = {};
  answerPage = (request, response) => {
    seen = request.headers;
    response.end();
  };
  await ask("/hosts", { headers: { [addressHeader]: "203.0.113.1", [httpsHeader]: "1" } });
  expect([seen[addressHeader], seen[httpsHeader]]).toEqual(["127.0.0.1", undefined]);
});

test("where no page can be asked for, that is said with every guarding header, and agents are answered", async () => {
  answerPage = (request) => request.socket.destroy();
  const answer = await fetch(at("/hosts"));
  expect([answer.status, await answer.text()]).toEqual([
    502,
    "This page can't be fetched just now. Try again; if it stays like this, the server's log says why.\n",
  ]);
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await ask("/api/osquery/config", unknown)).toMatchObject({ status: 401 });
});

test("a page that holds the main thread until an agent has its answer holds no agent up", async () => {
  // A thread of its own asks, once the page stands still; and the page goes on once that thread has been answered, or when this test has failed.
  const words = new Int32Array(new SharedArrayBuffer(8));
  const [begun, answered] = [0, 1];
  const asking = new Worker(
    `const { workerData: { url, init, words } } = require("node:worker_threads");
     Atomics.wait(words, ${begun}, 0);
     fetch(url, init).then(async (answer) => { await answer.text(); Atomics.store(words, ${answered}, answer.status); Atomics.notify(words, ${answered}); });`,
    { eval: true, workerData: { url: at("/api/osquery/config"), init: unknown, words } },
  );
  await once(asking, "online");
  answerPage = (_request, response) => {
    Atomics.store(words, begun, 1);
    Atomics.notify(words, begun);
    Atomics.wait(words, answered, 0, 20_000);
    response.end(String(Atomics.load(words, answered)));
  };
  expect(await ask("/hosts")).toEqual({ status: 200, text: "401" });
  await asking.terminate();
});

test("one that leaves says so and goes on; its drain waits for pages under way, and then it lets go of everything", async () => {
  await agents.ask("leave");
  expect(await ask("/readyz")).toEqual({ status: 503, text: "starting or stopping\n" });
  expect(await ask("/api/osquery/config", unknown)).toMatchObject({ status: 401 });
  const events: string[] = [];
  const asked = new Promise<ServerResponse>((begun) => {
    answerPage = (_request, response) => begun(response);
  });
  const page = ask("/slow").then(({ text }) => events.push(text));
  const response = await asked;
  const drained = agents.ask("drain", { idleMs: 0, busyMs: 20_000 }).then(() => events.push("drained"));
  await expect
    .poll(() =>
      fetch(at("/healthz")).then(
        () => "open",
        () => "closed",
      ),
    )
    .toBe("closed");
  expect(events).toEqual([]);
  response.end("the slow page");
  await Promise.all([page, drained]);
  expect(events).toEqual(["the slow page", "drained"]);
  await agents.ask("finish");
});

test("a fault in the thread ends it, and whoever waits for an answer is told", async () => {
  const failing = new Worker(`const { parentPort } = require("node:worker_threads"); parentPort.once("message", () => { throw new Error("a fault"); });`, {
    eval: true,
  });
  const line = new ThreadLine<AgentsThreadQuestions>(failing);
  failing.once("error", (error) => line.end(error));
  await expect(line.ask("openHttp")).rejects.toThrow("a fault");
  await expect(line.ask("serve")).rejects.toThrow("a fault");
});

test("a taken port is said with its remedy on this side too", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const second = new Worker(resolve("dist", "agents-thread-test", "agents.mjs"), {
    env: { ...process.env, PORT: String((taken.address() as AddressInfo).port), HOST: "127.0.0.1" },
    workerData: { dev: false, pageSocket: "/nowhere", load: makeAgentsLoad() }, // it comes to store nothing
  });
  await expect(new ThreadLine<AgentsThreadQuestions>(second).ask("openHttp")).rejects.toMatchObject({
    name: "StartupError",
    code: "port_unusable",
    message: expect.stringMatching(/^Port \d+ is taken by another program\. .* set PORT to a free port\.$/),
  });
  await second.terminate();
  await new Promise((end) => taken.close(end));
});
