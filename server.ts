import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { MessageChannel, Worker, type MessagePort, type ResourceLimits } from "node:worker_threads";
import next from "next";
import type { AgentsThreadData, AgentsThreadQuestions } from "@/agents-thread";
import type { CheckInsThreadData, CheckInsThreadQuestions } from "@/check-ins-thread";
import { announceSetup, ensureSetup } from "@/lib/auth/ensure-setup";
import { serverContext } from "@/lib/context";
import { closeDatabase } from "@/lib/db/prisma";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import { getPool } from "@/lib/db/pool";
import { dataDir, env, readNamedFile, resetEnv } from "@/lib/env";
import { StartupError } from "@/lib/errors";
import { ensureCertificateAuthority, issueServerCertificate } from "@/lib/http/certificate-authority";
import { httpsHeader, pathHeader } from "@/lib/http/client-address";
import { LiveConnections } from "@/lib/http/live-connections";
import { openPageSocket } from "@/lib/http/page-socket";
import { openPort } from "@/lib/http/open-port";
import { guardAnswer } from "@/lib/http/page-headers";
import { isForeignForm } from "@/lib/http/same-origin";
import { sayPlain } from "@/lib/http/say-plain";
import { sweep } from "@/lib/compliance/sweep.job";
import { runHealth, type HealthRun } from "@/lib/health/run-health";
import { enqueue } from "@/lib/jobs/enqueue";
import { migrateQueue, runWorker, type RunningWorker } from "@/lib/jobs/run-worker";
import { getLogger } from "@/lib/log";
import { answerMetrics, metricsPath } from "@/lib/metrics/answer-metrics";
import type { OtherThreads, ThreadMetrics } from "@/lib/metrics/join-metrics";
import { prepareSecretKey } from "@/lib/secret-box";
import { makeAgentsLoad, watchAgentsLoad } from "@/lib/threads/agents-load";
import { ThreadLine, type Questions } from "@/lib/threads/thread-line";
import { jobs, schedules } from "@/lib/worker";

// The main thread: database, pages, jobs and the order of start and stop. Ports and agents are the agents' thread's (agents-thread.ts), from which pages reach this
// one over a Unix socket; what agents say is stored by the check-ins' thread (check-ins-thread.ts).

const dev = process.argv.includes("--dev");
// What is under way at the stop may take this long: an agent's answer is out within 12 s, a job in seconds.
const finishMs = 15_000;
// A new object that outlives a minor collection costs most: in so much room few do, and an agent's answer is rarely met by one. Of old objects the thread
// may keep as many as the main thread.
const youngGenerationMb = 96;
/** More than it ever uses at once. */
const checkInsPoolSize = 4;
// Of old objects there are 150 MB per 100,000 hosts, and a full collection is felt by all agents. So it waits until they have doubled (V8's own measure comes to
// every few seconds under load), and none is made to shrink a process that looks idle for a moment: that one stops the thread for one to two seconds.
const collectRarely = ["--heap-growing-percent=100", "--no-memory-reducer"];

interface Running {
  /** Connections to this thread: the agents' thread's, and those of scrapes. */
  connections: LiveConnections;
  agents?: ThreadLine<AgentsThreadQuestions>;
  checkIns?: ThreadLine<CheckInsThreadQuestions>;
  worker?: RunningWorker;
  health?: HealthRun;
  embedded?: EmbeddedPostgres;
  serving: boolean;
  handle?: RequestListener;
}

const running: Running = { connections: new LiveConnections(), serving: false };

async function start(): Promise<void> {
  const { WORKER_CONCURRENCY, METRICS_PORT, METRICS_HOST, DATABASE_POOL_SIZE } = env();
  // Ports first: a taken port is said at once, and health is answered while the rest comes up.
  const pages = createServer({ requireHostHeader: false, maxHeaderSize: 64 * 1024 }, answer);
  running.connections.watch(pages);
  const { agents, checkIns } = startThreads(await openPageSocket(pages));
  const httpPort = await agents.ask("openHttp");
  if (!env().DATABASE_URL) {
    running.embedded = await startEmbeddedPostgres(dataDir());
    prepareSecretKey();
    process.env.DATABASE_URL = running.embedded.url;
    resetEnv();
  } else {
    prepareSecretKey();
  }
  const httpsPort = await agents.ask("openHttps", await serverCertificate());
  if (METRICS_PORT !== undefined) {
    const scrapes = createServer(answerScrape);
    running.connections.watch(scrapes);
    await openPort(scrapes, METRICS_PORT, METRICS_HOST, "METRICS_PORT");
  }

  const DATABASE_URL = env().DATABASE_URL as string;
  const ran = await migrate(DATABASE_URL);
  await migrateQueue(getPool());
  if (ran.length > 0) getLogger().info({ "migrations.count": ran.length }, "the database was brought to this version");
  await ensureSetup(serverContext(), env());

  const app = next({ dev, dir: process.cwd(), hostname: "localhost", port: httpPort });
  await app.prepare();
  running.handle = app.getRequestHandler() as RequestListener;
  // Agents' statements are short and share their connections well; the thread's own are half as many again.
  await checkIns.ask("prepare", { DATABASE_URL, DATABASE_POOL_SIZE: String(checkInsPoolSize) });
  await agents.ask("prepare", { DATABASE_URL, DATABASE_POOL_SIZE: String(Math.max(4, Math.ceil(DATABASE_POOL_SIZE / 2))) });
  running.worker = await runWorker(getPool(), jobs, schedules, WORKER_CONCURRENCY);
  // What a crashed process left behind is picked up now rather than at the next full minute.
  await enqueue(serverContext(), sweep, {}, { key: "start" });
  running.worker.promise.catch((error: Error) => {
    getLogger().error({ "error.message": error.message }, "the job worker ended; the process ends too, so that its keeper starts it again");
    void stop(1);
  });
  running.health = runHealth(
    () => running.serving && !stopping,
    async () => ({ agents: await agents.ask("readFigures"), checkIns: await checkIns.ask("readFigures") }),
  );
  await agents.ask("serve");
  running.serving = true;
  await announce(httpPort, httpsPort);
}

/** Starts the threads beside this one. */
function startThreads(pageSocket: string) {
  for (const flag of collectRarely) setFlagsFromString(flag);
  const load = makeAgentsLoad();
  watchAgentsLoad(load);
  const between = new MessageChannel();
  const agentsData: AgentsThreadData = { dev, pageSocket, load, checkIns: between.port1 };
  const checkInsData: CheckInsThreadData = { agents: between.port2 };
  const agents = startThread<AgentsThreadQuestions>("agents", agentsData, [between.port1], { maxYoungGenerationSizeMb: youngGenerationMb });
  const checkIns = startThread<CheckInsThreadQuestions>("check-ins", checkInsData, [between.port2]);
  return Object.assign(running, { agents, checkIns });
}

/** Starts a thread. When it ends by itself the process does, too: nobody could be answered any more. */
function startThread<Q extends Questions>(name: "agents" | "check-ins", workerData: unknown, transferList: MessagePort[], resourceLimits: ResourceLimits = {}) {
  const thread = new Worker(new URL(`./${name}-thread.mjs`, import.meta.url), { name, workerData, transferList, resourceLimits });
  const line = new ThreadLine<Q>(thread);
  let ended = false;
  const end = (error: Error) => {
    if (ended) return;
    ended = true;
    line.end(error);
    running.serving = false;
    getLogger().error({ "error.message": error.stack }, `the ${name}' thread ended; the process ends too, so that its keeper starts it again`);
    // Nothing is left of it that a stop could wait for.
    if (name === "agents") running.agents = undefined;
    else running.checkIns = undefined;
    void stop(1);
  };
  thread.once("error", end);
  thread.once("exit", (code) => end(new Error(`The ${name}' thread ended with code ${code}.`)));
  return line;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (!running.connections.admit(request, response)) return;
  const { method = "GET", url = "/", headers } = request;
  const path = url.split("?", 1)[0] as string;
  guardAnswer(request, response, { https: headers[httpsHeader] === "1", dev });
  if (path === metricsPath) return void answerMetrics(request, response, "people", readThreadMetrics);
  if (!running.handle) return sayPlain(response, 503, "Flotilla is starting. Try again in a few seconds.");
  if (isForeignForm(method, path, { get: (name) => firstOf(headers[name]) })) {
    return sayPlain(response, 403, "This form didn't come from a page of this server, so nothing was changed. Load the page again and repeat it.");
  }
  headers[pathHeader] = url;
  running.handle(request, response);
}

function answerScrape(request: IncomingMessage, response: ServerResponse): void {
  if (running.connections.admit(request, response)) void answerMetrics(request, response, "own", readThreadMetrics);
}

async function readThreadMetrics(): Promise<OtherThreads> {
  const nothing: ThreadMetrics = [];
  const [agents = nothing, checkins = nothing] = await Promise.all([running.agents?.ask("readMetrics"), running.checkIns?.ask("readMetrics")]);
  return { agents, checkins };
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

async function serverCertificate(): Promise<{ cert: string; key: string }> {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_NAMES, PUBLIC_URL } = env();
  if (Boolean(TLS_CERT_FILE) !== Boolean(TLS_KEY_FILE)) {
    throw new StartupError("tls_pair_incomplete", "TLS_CERT_FILE and TLS_KEY_FILE belong together. Set both, or none to use Flotilla's own certificate.");
  }
  if (TLS_CERT_FILE && TLS_KEY_FILE) return { cert: readNamedFile("TLS_CERT_FILE", TLS_CERT_FILE), key: readNamedFile("TLS_KEY_FILE", TLS_KEY_FILE) };
  const authority = await ensureCertificateAuthority(join(dataDir(), "tls"), { name: "Flotilla" });
  const names = ["localhost", "127.0.0.1", "::1", hostname(), ...(PUBLIC_URL ? [new URL(PUBLIC_URL).hostname] : []), ...(TLS_NAMES?.split(",") ?? [])];
  const issued = await issueServerCertificate(authority, { names: [...new Set(names.map((name) => name.trim()).filter(Boolean))] });
  return { cert: issued.certPem, key: issued.keyPem };
}

async function announce(httpPort: number, httpsPort: number): Promise<void> {
  console.log(`Flotilla is ready: http://localhost:${httpPort} for people, https://localhost:${httpsPort} for agents.`);
  if (!env().TLS_CERT_FILE) console.log(`Agents trust it by ${join(dataDir(), "tls", "ca.pem")}.`);
  await announceSetup(serverContext(), `http://localhost:${httpPort}`);
}

let stopping = false;
let exitCode = 0;
const hurry = new AbortController();

/**
 * Ends in order. Readiness goes first, so that balancers send nobody new; then the ports close, every client goes with its next answer, and those that have
 * nothing to ask are let go after DRAIN_SECONDS. Jobs end beside it; what is in memory is written last. What fails is logged, and the rest goes on.
 */
async function stop(code: number): Promise<void> {
  exitCode ||= code;
  if (stopping) return;
  stopping = true;
  const { agents, checkIns, worker, health, embedded } = running;
  const { readinessMs, idleMs } = stopTimes();
  setTimeout(() => hurry.abort(), readinessMs + idleMs + finishMs).unref();
  setTimeout(() => process.exit(exitCode || 1), readinessMs + idleMs + 2 * finishMs).unref();
  const hurried = new Promise<void>((resolve) => hurry.signal.addEventListener("abort", () => resolve()));
  const jobsEnded = worker?.stop(hurry.signal);
  jobsEnded?.catch(() => undefined); // awaited below
  const steps: (() => Promise<unknown> | undefined)[] = [
    () => agents?.ask("leave"),
    () => Promise.race([pause(readinessMs), hurried]),
    () => {
      void hurried.then(() => agents?.ask("hurry")).catch(() => undefined); // a thread that ended has nothing to hurry
      return agents?.ask("drain", { idleMs, busyMs: finishMs });
    },
    () => running.connections.drain({ idleMs: 0, busyMs: finishMs, hurry: hurry.signal }),
    () => jobsEnded,
    () => health?.stop(),
    () => agents?.ask("finish"),
    () => checkIns?.ask("finish"),
    // A job that goes on in spite of the hurry keeps its connection.
    () => Promise.race([closeDatabase(), hurried.then(() => pause(1000))]),
    () => embedded?.stop(),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      getLogger().error({ "error.message": (error as Error).message }, "the stop wasn't clean");
    }
  }
  process.exit(exitCode);
}

/** Before it served nobody has to move; and the built-in database has no second instance that could take over: waiting would only lengthen the pause. */
function stopTimes(): { readinessMs: number; idleMs: number } {
  if (!running.serving) return { readinessMs: 0, idleMs: 0 };
  const { READINESS_SECONDS, DRAIN_SECONDS } = env();
  const [readiness, drain] = running.embedded ? [0, 0] : [5, 15];
  return { readinessMs: (READINESS_SECONDS ?? readiness) * 1000, idleMs: (DRAIN_SECONDS ?? drain) * 1000 };
}

let toldAt: number | undefined;

function onSignal(): void {
  toldAt ??= performance.now();
  void stop(0);
  // Said again, it waits for nobody. Not within the first second: npm hands a terminal's Ctrl-C on a second time.
  if (performance.now() - toldAt < 1000) return;
  hurry.abort();
  setTimeout(() => process.exit(1), 3000).unref();
}

process.on("SIGTERM", onSignal);
process.on("SIGINT", onSignal);
// A fault in one request or job must not take the others down; it is logged and counted where it happened.
process.on("unhandledRejection", (reason) =>
  getLogger().error({ "error.message": String((reason as Error)?.stack ?? reason) }, "a promise was left without an answer"),
);

// What it left half done nobody knows: it goes in order, and its keeper starts it again.
process.on("uncaughtException", (error) => {
  getLogger().error({ "error.message": error.stack }, "an exception was left to nobody; the process ends, so that its keeper starts it again");
  void stop(1);
});

start().catch(async (error: unknown) => {
  // Why a start that is being stopped fails has been said, or it is the stop's own doing.
  if (stopping) return;
  if (error instanceof StartupError) console.error(`Flotilla can't start. ${error.message}`);
  else console.error("Flotilla can't start, for a reason it doesn't know:", error);
  await stop(1);
});
