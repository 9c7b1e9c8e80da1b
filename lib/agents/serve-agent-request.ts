import type { IncomingMessage, ServerResponse } from "node:http";
import { AgentCall } from "./agent-call";
import type { AgentOverrides } from "./agent-context";
import { currentTime } from "./current-time";
import { readAgentPath, type AgentPath } from "./agent-paths";
import type { AgentRequest, AgentResponse } from "./agent-request";
import { findClientAddress } from "./find-client-address";
import { answerCall, answerFailure, answerUnknownPath, maxAgentBody } from "./handle-agent-request";

/**
 * Answers an agent's request that node:http has read, without Next: whatever serveAgentSockets leaves to it. Before the server is `ready` it says so in
 * every agent's words.
 */
export function serveAgentRequest(request: IncomingMessage, response: ServerResponse, ready = true, overrides: AgentOverrides = {}): void {
  if (!ready) return refuse(request, response);
  const path = readAgentPath(request.url ?? "/");
  if (!path) return send(request, response, answerUnknownPath());
  const call = new AgentCall(new SocketRequest(request), path, maxAgentBody(path), currentTime(overrides));
  void Promise.resolve(answerCall(call, overrides)).then((answer) => attempt(response, path, overrides, () => send(request, response, answer)));
}

// Whatever one request does to us ends with its own answer.
function attempt(response: ServerResponse, path: AgentPath, overrides: AgentOverrides, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (response.headersSent) response.destroy();
    else send(response.req, response, answerFailure(path, error, overrides));
  }
}

class SocketRequest implements AgentRequest {
  constructor(readonly body: IncomingMessage) {}

  get method(): string {
    return this.body.method ?? "GET";
  }

  get path(): string {
    return this.body.url ?? "/";
  }

  get headers(): AgentRequest["headers"] {
    return this.body.headers;
  }

  // Few answers depend on it.
  get remoteAddress(): string {
    return findClientAddress(this.body.socket.remoteAddress ?? "", this.body.headers);
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: AgentResponse): void {
  if (response.destroyed) return;
  response.writeHead(status, headers);
  response.end(request.method === "HEAD" || status === 204 ? undefined : body);
  if (headers.connection === "close") endUnread(request, response);
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const text = JSON.stringify({
    error: "temporarily unavailable",
    message: "temporarily unavailable",
    errors: [{ name: "base", reason: "temporarily unavailable" }],
    uuid: "",
  });
  response.writeHead(503, { "content-type": "application/json", "cache-control": "no-store", "retry-after": "5", connection: "close" }).end(text);
  endUnread(request, response);
}

// Somebody who goes on sending what we won't read is cut off, once the answer is out.
function endUnread(request: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => {
    request.resume();
    setTimeout(() => request.destroy(), 500).unref();
  });
}
