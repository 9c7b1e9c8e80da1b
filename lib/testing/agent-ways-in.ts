import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { AgentOverrides } from "../agents/agent-context";
import { agentRoute } from "../agents/agent-route";
import { serveAgentRequest } from "../agents/serve-agent-request";
import { serveAgentSockets } from "../agents/serve-agent-sockets";
import { LiveConnections } from "../http/live-connections";
import type { TestClock } from "./test-context";

/** What came back, read whole. */
export interface AgentReply {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The text as JSON; an empty object when there is none. */
  json: Record<string, unknown>;
}

/** One of the ways by which an agent's request reaches its answer. */
export interface AgentWayIn {
  name: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<AgentReply>;
  close(): Promise<void>;
}

// Tests send what is refused on purpose; what they look at is the answer.
const silent = () => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: process.env.AGENT_FAULTS ? console.error : silent };

/** The product's own socket path on loopback. `body`: bytes and text go as they are, everything else as JSON. */
export function socketWayIn(clock: TestClock, answerWithinMs?: number): Promise<AgentWayIn & { port: number }> {
  return startWayIn("socket", { now: clock.now, log: quiet, answerWithinMs }, true);
}

/** The same without the short way for plain requests: what it leaves to node:http. */
export function generalWayIn(clock: TestClock): Promise<AgentWayIn & { port: number }> {
  return startWayIn("node:http", { now: clock.now, log: quiet }, false);
}

async function startWayIn(name: string, overrides: AgentOverrides, plainFirst: boolean): Promise<AgentWayIn & { port: number }> {
  const server = createServer((request, response) => serveAgentRequest(request, response, true, overrides));
  server.keepAliveTimeout = 125_000; // as the server has it
  const connections = new LiveConnections();
  if (plainFirst) serveAgentSockets(server, { connections, isReady: () => true, overrides });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    name,
    port,
    send: sendTo(port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Sends requests to a port of this machine. */
export function sendTo(port: number): AgentWayIn["send"] {
  return (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const sent = httpRequest({ host: "127.0.0.1", port, method, path, headers: { "content-type": "application/json", ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve(toReply(response.statusCode ?? 0, response.headers as Record<string, string>, Buffer.concat(chunks).toString())));
      });
      sent.on("error", reject);
      sent.end(toBytes(body));
    });
}

/** The route handlers, as Next calls them. */
export function routeWayIn(clock: TestClock): AgentWayIn {
  const answer = agentRoute({ now: clock.now, log: quiet });
  return {
    name: "route",
    async send(method, path, body, headers = {}) {
      const bytes = method === "GET" || method === "HEAD" ? undefined : toBytes(body);
      const init: RequestInit = { method, headers: { "content-type": "application/json", ...headers } };
      if (bytes) init.body = new Uint8Array(bytes);
      const response = await answer(new Request(`http://flotilla.test${path}`, init));
      return toReply(response.status, Object.fromEntries(response.headers), await response.text());
    },
    close: async () => undefined,
  };
}

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function toReply(status: number, headers: Record<string, string>, text: string): AgentReply {
  return { status, headers, text, json: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
