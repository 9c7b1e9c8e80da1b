import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import next from "next";
import { isAgentPath } from "@/lib/agents/agent-paths";
import { findClientAddress } from "@/lib/agents/find-client-address";
import { serveAgentRequest } from "@/lib/agents/serve-agent-request";
import { serveAgentSockets } from "@/lib/agents/serve-agent-sockets";
import { agentCaches, startAgentCaches, stopAgentCaches } from "@/lib/agents/agent-caches";
import { announceSetup, ensureSetup } from "@/lib/auth/ensure-setup";
import { serverContext } from "@/lib/context";
import { closeDatabase } from "@/lib/db/prisma";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import { getPool } from "@/lib/db/pool";
import { dataDir, env, readNamedFile, resetEnv } from "@/lib/env";
import { StartupError } from "@/lib/errors";
import { ensureCertificateAuthority, issueServerCertificate } from "@/lib/http/certificate-authority";
import { addressHeader, cameByHttps, pathHeader } from "@/lib/http/client-address";
import { LiveConnections } from "@/lib/http/live-connections";
import { connectionTimes } from "@/lib/http/plain-connection";
import { guardAnswer } from "@/lib/http/page-headers";
import { isForeignForm } from "@/lib/http/same-origin";
import { sweep } from "@/lib/compliance/sweep.job";
import { runHealth, type HealthRun } from "@/lib/health/run-health";
import { enqueue } from "@/lib/jobs/enqueue";
import { migrateQueue, runWorker, type RunningWorker } from "@/lib/jobs/run-worker";
import { getLogger } from "@/lib/log";
import { answerMetrics, metricsPath } from "@/lib/metrics/answer-metrics";
import { beginAnswer, endAnswer } from "@/lib/metrics/answer-timer";
import { prepareSecretKey } from "@/lib/secret-box";
import { jobs, schedules } from "@/lib/worker";

const dev = process.argv.includes("--dev");
// What is under way at the stop may take this long: an agent's answer is out within 12 s, a job in seconds.
const finishMs = 15_000;

interface Running {
  servers: Server[];
  connections: LiveConnections;
  worker?: RunningWorker;
  health?: HealthRun;
  embedded?: EmbeddedPostgres;
  /** Agents are served from the end of the start to the last answer of the stop; balancers are told so only in between. */
  phase: "starting" | "serving" | "stopping";
  handle?: RequestListener;
}

const running: Running = { servers: [], connections: new LiveConnections(), phase: "starting" };

async function start(): Promise<void> {
  const { PORT, TLS_PORT, HOST, WORKER_CONCURRENCY, METRICS_PORT, METRICS_HOST } = env();
  // Ports first: a taken port is said at once, and health is answered while the rest comes up.
  running.servers.push(await listen(createHttpServer(answer), PORT, HOST, "PORT"));
  if (!env().DATABASE_URL) {
    running.embedded = await startEmbeddedPostgres(dataDir());
    prepareSecretKey();
    process.env.DATABASE_URL = running.embedded.url;
    resetEnv();
  } else {
    prepareSecretKey();
  }
  running.servers.push(await listen(createHttpsServer(await serverCertificate(), answer), TLS_PORT, HOST, "TLS_PORT"));
  if (METRICS_PORT !== undefined) running.servers.push(await listen(createHttpServer(answerScrape), METRICS_PORT, METRICS_HOST, "METRICS_PORT"));

  const ran = await migrate(env().DATABASE_URL as string);
  await migrateQueue(getPool());
  if (ran.length > 0) getLogger().info({ "migrations.count": ran.length }, "the database was brought to this version");
  await ensureSetup(serverContext(), env());

  const app = next({ dev, dir: process.cwd(), hostname: "localhost", port: PORT });
  await app.prepare();
  running.handle = app.getRequestHandler() as RequestListener;
  await startAgentCaches();
  running.worker = await runWorker(getPool(), jobs, schedules, WORKER_CONCURRENCY);
  // What a crashed process left behind is picked up now rather than at the next full minute.
  await enqueue(serverContext(), sweep, {}, { key: "start" });
  running.worker.promise.catch((error: Error) => {
    getLogger().error({ "error.message": error.message }, "the job worker ended; the process ends too, so that its keeper starts it again");
    void stop(1);
  });
  running.health = runHealth(() => running.phase === "serving");
  running.phase = "serving";
  await announce();
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (!running.connections.admit(request, response)) return;
  const path = withoutQuery(request.url ?? "/");
  const isAgents = isAgentPath(path);
  if (!isAgents) guardAnswer(request, response, { https: speaksHttps(request), dev });
  if (path === "/healthz") return plain(response, 200, "ok");
  if (path === "/readyz") return void answerReadiness(response);
  if (path === metricsPath) return void answerMetrics(request, response, "people");
  // In development agents' paths go through Next as well, so that an edit counts without a restart.
  if (!dev && isAgents) return answerAgent(request, response, path);
  if (!running.handle) return plain(response, 503, "Flotilla is starting. Try again in a few seconds.");
  if (isForeignForm(request.method ?? "GET", path, { get: (name) => firstOf(request.headers[name]) })) {
    return plain(response, 403, "This form didn't come from a page of this server, so nothing was changed. Load the page again and repeat it.");
  }
  // What a client sends under these names is replaced: limits count by the address, and sign-in leads back to the path.
  request.headers[addressHeader] = findClientAddress(request.socket.remoteAddress ?? "", request.headers);
  request.headers[pathHeader] = request.url ?? "/";
  running.handle(request, response);
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function answerAgent(request: IncomingMessage, response: ServerResponse, path: string): void {
  const begun = beginAnswer();
  serveAgentRequest(request, response, running.phase !== "starting");
  if (begun > 0) response.once("finish", () => endAnswer(begun, path));
}

function answerScrape(request: IncomingMessage, response: ServerResponse): void {
  if (running.connections.admit(request, response)) void answerMetrics(request, response, "own");
}

function speaksHttps({ socket, headers }: IncomingMessage): boolean {
  return "encrypted" in socket || cameByHttps({ get: (name) => firstOf(headers[name]) });
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

let heard = false;

async function answerReadiness(response: ServerResponse): Promise<void> {
  if (running.phase !== "serving") return plain(response, 503, "starting or stopping");
  // Once it has heard of changes, it answers rightly also while it can't: from the database.
  heard ||= agentCaches().isTrusted;
  if (!heard) return plain(response, 503, "the database doesn't tell of changes yet");
  try {
    await getPool().query("select 1");
    plain(response, 200, "ready");
  } catch {
    plain(response, 503, "the database doesn't answer");
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...(status === 503 && { "retry-after": "2" }) })
    .end(`${text}\n`);
}

function listen<S extends Server>(server: S, port: number, host: string, variable: string): Promise<S> {
  // Agents keep a connection for an hour and repeat a request that a closed one swallowed: outlive their longest pause.
  server.keepAliveTimeout = connectionTimes.idleMs;
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  if (!dev && variable !== "METRICS_PORT") serveAgentSockets(server, { connections: running.connections, isReady: () => running.phase !== "starting" });
  running.connections.watch(server);
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = { EADDRINUSE: "is taken by another program", EACCES: "needs more rights than this account has" };
      const reason = reasons[cause.code ?? ""] ?? `can't be opened (${cause.message})`;
      reject(new StartupError("port_unusable", `Port ${port} ${reason}. Stop the other program, or set ${variable} to a free port.`, { cause }));
    });
    server.listen(port, host, () => resolve(server));
  });
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

async function announce(): Promise<void> {
  const [http, https] = running.servers.map((server) => (server.address() as { port: number }).port);
  console.log(`Flotilla is ready: http://localhost:${http} for people, https://localhost:${https} for agents.`);
  if (!env().TLS_CERT_FILE) console.log(`Agents trust it by ${join(dataDir(), "tls", "ca.pem")}.`);
  await announceSetup(serverContext(), `http://localhost:${http}`);
}

let stopping = false;
const hurry = new AbortController();

/**
 * Ends in order. Readiness goes first, so that balancers send nobody new; then the sockets close, every client goes with its next answer, and those that have
 * nothing to ask are let go after DRAIN_SECONDS. Jobs end beside it; what is in memory is written last.
 */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const { readinessMs, idleMs } = stopTimes();
  if (running.phase === "serving") running.phase = "stopping";
  setTimeout(() => hurry.abort(), readinessMs + idleMs + finishMs).unref();
  setTimeout(() => process.exit(code || 1), readinessMs + idleMs + 2 * finishMs).unref();
  try {
    const hurried = new Promise<void>((resolve) => hurry.signal.addEventListener("abort", () => resolve()));
    const jobsEnded = running.worker?.stop(hurry.signal);
    jobsEnded?.catch(() => undefined); // awaited below
    await Promise.race([pause(readinessMs), hurried]);
    await running.connections.drain({ idleMs, busyMs: finishMs, hurry: hurry.signal });
    await jobsEnded;
    await running.health?.stop();
    await stopAgentCaches();
    // A job that goes on in spite of the hurry keeps its connection.
    await Promise.race([closeDatabase(), hurried.then(() => pause(1000))]);
    await running.embedded?.stop();
  } catch (error) {
    getLogger().error({ "error.message": (error as Error).message }, "the stop wasn't clean");
  }
  process.exit(code);
}

/** Before it served nobody has to move; and the built-in database has no second instance that could take over: waiting would only lengthen the pause. */
function stopTimes(): { readinessMs: number; idleMs: number } {
  if (running.phase !== "serving") return { readinessMs: 0, idleMs: 0 };
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

start().catch(async (error: unknown) => {
  if (error instanceof StartupError) console.error(`Flotilla can't start. ${error.message}`);
  else console.error("Flotilla can't start, for a reason it doesn't know:", error);
  await stop(1);
});
