import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { agentRoute } from "../agents/agent-route";
import { serveAgentRequest } from "../agents/serve-agent-request";
import type { TestClock } from "./test-context";

/** What came back, read whole. */
export interface AgentReply {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The text as JSON; an empty object when there is none. */
  json: Record<string, unknown>;
}

/** One of the two ways by which an agent's request reaches its answer. */
export interface AgentWayIn {
  name: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<AgentReply>;
  close(): Promise<void>;
}

// Tests send what is refused on purpose; what they look at is the answer.
const silent = () => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: process.env.AGENT_FAULTS ? console.error : silent };

/** The product's own socket path on loopback. `body`: bytes and text go as they are, everything else as JSON. */
export async function socketWayIn(clock: TestClock, answerWithinMs?: number): Promise<AgentWayIn & { port: number }> {
  const server = createServer((request, response) => serveAgentRequest(request, response, true, { now: clock.now, log: quiet, answerWithinMs }));
  server.keepAliveTimeout = 125_000; // as the server has it
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    name: "socket",
    port,
    send: (method, path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest({ host: "127.0.0.1", port, method, path, headers: { "content-type": "application/json", ...headers } }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => resolve(toReply(response.statusCode ?? 0, response.headers as Record<string, string>, Buffer.concat(chunks).toString())));
        });
        sent.on("error", reject);
        sent.end(toBytes(body));
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
