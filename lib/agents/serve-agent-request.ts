import type { IncomingMessage, ServerResponse } from "node:http";
import { AgentCall } from "./agent-call";
import type { AgentOverrides } from "./agent-context";
import { currentTime } from "./current-time";
import { readAgentPath, type AgentPath } from "./agent-paths";
import type { AgentRequest, AgentResponse } from "./agent-request";
import { isKnownByHeader } from "./authenticate-host";
import { findClientAddress } from "./find-client-address";
import { answerCall, answerFailure, answerUnknownPath, maxAgentBody } from "./handle-agent-request";
import { parseAgentJson } from "./read-agent-body";

/**
 * Answers an agent's request straight from the socket, without Next. Before the server is `ready` it says so in every agent's words.
 * Most calls are small, plain and answered from memory: they are read whole and answered in one turn, without a promise or a timer.
 */
export function serveAgentRequest(request: IncomingMessage, response: ServerResponse, ready = true, overrides: AgentOverrides = {}): void {
  if (!ready) return refuse(request, response);
  const path = readAgentPath(request.url ?? "/");
  if (!path) return send(request, response, answerUnknownPath());
  attempt(response, path, overrides, () => {
    const now = currentTime(overrides);
    const given = new SocketRequest(request);
    if (isPlain(request, path, now)) readAndAnswer(request, response, given, path, now, overrides);
    else answerWith(request, response, new AgentCall(given, path, maxAgentBody(path), now), overrides);
  });
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

// A body of a stated, allowed length that needs no unpacking. One whose sender stands in a header isn't read before the sender is known.
function isPlain({ method, headers }: IncomingMessage, path: AgentPath, now: number): boolean {
  if (method !== "POST" || path.family === "device" || headers["content-encoding"] !== undefined) return false;
  const length = Number(headers["content-length"]);
  return length > 0 && length <= maxAgentBody(path) && (headers.authorization === undefined || isKnownByHeader(headers, now));
}

function readAndAnswer(request: IncomingMessage, response: ServerResponse, given: AgentRequest, path: AgentPath, now: number, overrides: AgentOverrides): void {
  const maxBytes = maxAgentBody(path);
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  request.on("data", (chunk: Buffer) => {
    if (first === undefined) first = chunk;
    else (more ??= [first]).push(chunk);
  });
  // One who goes away in the middle gets no answer.
  request.on("end", () =>
    attempt(response, path, overrides, () => {
      const body = parseAgentJson(more ? Buffer.concat(more) : (first as Buffer));
      answerWith(request, response, new AgentCall(given, path, maxBytes, now, body), overrides);
    }),
  );
}

function answerWith(request: IncomingMessage, response: ServerResponse, call: AgentCall, overrides: AgentOverrides): void {
  const answered = answerCall(call, overrides);
  if (answered instanceof Promise) void answered.then((answer) => attempt(response, call.path, overrides, () => send(request, response, answer)));
  else send(request, response, answered);
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
