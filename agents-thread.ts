import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { agentCaches, startAgentCaches, stopAgentCaches } from "@/lib/agents/agent-caches";
import { isAgentPath } from "@/lib/agents/agent-paths";
import { storeCheckInsOver } from "@/lib/agents/check-in-line";
import { findClientAddress } from "@/lib/agents/find-client-address";
import { serveAgentRequest } from "@/lib/agents/serve-agent-request";
import { serveAgentSockets } from "@/lib/agents/serve-agent-sockets";
import { closePool, getPool, planStatementsOnce } from "@/lib/db/pool";
import { env, resetEnv } from "@/lib/env";
import { measureAgents } from "@/lib/health/measure-agents";
import type { ThreadMeter } from "@/lib/health/thread-meter";
import { cameByHttps } from "@/lib/http/client-address";
import { Forwarder, type Origin } from "@/lib/http/forward-request";
import { LiveConnections, type DrainLimits } from "@/lib/http/live-connections";
import { openPort } from "@/lib/http/open-port";
import { guardAnswer } from "@/lib/http/page-headers";
import { sayPlain } from "@/lib/http/say-plain";
import { getLogger } from "@/lib/log";
import { beginAnswer, endAnswer } from "@/lib/metrics/answer-timer";
import { metricsRegistry } from "@/lib/metrics/registry";
import { prepareSecretKey } from "@/lib/secret-box";
import { tellAgentsLoad } from "@/lib/threads/agents-load";
import { answerQuestions } from "@/lib/threads/thread-line";

// The agents' thread: it owns the ports that agents and people know, answers agents itself and hands everything else to the main thread. Nothing that a page
// or a job does delays an answer here, and what Next changes in a process (Date, nextTick, async hooks) isn't changed here.

/** What the thread is made with. `pageSocket`: where the main thread answers pages. `load`: where to say that agents wait. `checkIns`: who stores check-ins. */
export interface AgentsThreadData {
  dev: boolean;
  pageSocket: string;
  load: Int32Array;
  checkIns: MessagePort;
}

const { dev, pageSocket, load, checkIns } = workerData as AgentsThreadData;
const pages = new Forwarder(pageSocket);
const connections = new LiveConnections();
const hurry = new AbortController();
/** Agents are served from the end of the start to the last answer of the stop; balancers are told so only in between. */
let phase: "starting" | "serving" | "stopping" = "starting";
let meter: ThreadMeter | undefined;

const questions = {
  openHttp: () => open(createHttpServer(answer), env().PORT, "PORT"),
  openHttps: (pair: { cert: string; key: string }) => open(createHttpsServer(pair, answer), env().TLS_PORT, "TLS_PORT"),
  /** Makes ready to serve from a database that is up to date. */
  async prepare(environment: { DATABASE_URL: string; DATABASE_POOL_SIZE: string }) {
    Object.assign(process.env, environment);
    resetEnv();
    prepareSecretKey();
    planStatementsOnce();
    meter = measureAgents(connections);
    tellAgentsLoad(load);
    storeCheckInsOver(checkIns);
    await startAgentCaches();
  },
  serve: () => void (phase = "serving"),
  /** Says to balancers that it leaves, and goes on serving. */
  leave: () => void (phase = phase === "serving" ? "stopping" : phase),
  async drain(limits: Omit<DrainLimits, "hurry">) {
    await connections.drain({ ...limits, hurry: hurry.signal });
    pages.close();
  },
  /** Ends a drain that is under way. */
  hurry: () => hurry.abort(),
  readFigures() {
    if (!meter) throw new Error("The agents' thread isn't prepared, so it has measured nothing yet.");
    return meter.take();
  },
  readMetrics: () => metricsRegistry().getMetricsAsJSON(),
  /** Writes what is still in memory and lets go of the database. */
  async finish() {
    meter?.stop();
    await stopAgentCaches();
    checkIns.close();
    await closePool();
  },
};

/** What the main thread can ask of this one. */
export type AgentsThreadQuestions = typeof questions;

function open(server: Server, port: number, variable: string): Promise<number> {
  if (!dev) serveAgentSockets(server, { connections, isReady: () => phase !== "starting" });
  connections.watch(server);
  // Hot reload speaks WebSocket. What is built has no use for it: such a request is answered like any other.
  if (dev) server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => pages.forwardUpgrade(request, socket, head, originOf(request)));
  return openPort(server, port, env().HOST, variable);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (!connections.admit(request, response)) return;
  const path = withoutQuery(request.url ?? "/");
  // In development agents' paths go through Next as well, so that an edit counts without a restart.
  if (!dev && isAgentPath(path)) return answerAgent(request, response, path);
  if (path === "/healthz") return say(request, response, 200, "ok");
  if (path === "/readyz") return void answerReadiness(request, response);
  pages.forward(request, response, originOf(request), (error) => {
    getLogger().error({ "http.path": path, "error.message": error.message }, "a page couldn't be asked for");
    say(request, response, 502, "This page can't be fetched just now. Try again; if it stays like this, the server's log says why.");
  });
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function answerAgent(request: IncomingMessage, response: ServerResponse, path: string): void {
  const begun = beginAnswer();
  serveAgentRequest(request, response, phase !== "starting");
  if (begun > 0) response.once("finish", () => endAnswer(begun, path));
}

// What a client says of itself is replaced: limits count by the address.
function originOf(request: IncomingMessage): Origin {
  const { socket, headers } = request;
  const forwardedProto = headers["x-forwarded-proto"];
  const get = () => (Array.isArray(forwardedProto) ? forwardedProto[0] : forwardedProto) ?? null;
  return { address: findClientAddress(socket.remoteAddress ?? "", headers), https: "encrypted" in socket || cameByHttps({ get }) };
}

let heard = false;

async function answerReadiness(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (phase !== "serving") return say(request, response, 503, "starting or stopping");
  // Once it has heard of changes, it answers rightly also while it can't: from the database.
  heard ||= agentCaches().isTrusted;
  if (!heard) return say(request, response, 503, "the database doesn't tell of changes yet");
  try {
    await getPool().query("select 1");
    say(request, response, 200, "ready");
  } catch {
    say(request, response, 503, "the database doesn't answer");
  }
}

function say(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  guardAnswer(request, response, { https: originOf(request).https, dev });
  sayPlain(response, status, text);
}

// A fault in one request must not take the others down; it is logged and counted where it happened. An exception that nobody caught ends the thread, and
// with it the process.
process.on("unhandledRejection", (reason) =>
  getLogger().error({ "error.message": String((reason as Error)?.stack ?? reason) }, "a promise was left without an answer"),
);

answerQuestions(parentPort as MessagePort, questions);
