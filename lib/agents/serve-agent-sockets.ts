import { STATUS_CODES, type Server } from "node:http";
import type { Socket } from "node:net";
import { connectionTimes, type PlainAnswer } from "@/lib/http/plain-connection";
import type { LiveConnections } from "@/lib/http/live-connections";
import type { RequestHead } from "@/lib/http/request-head";
import { takePlainRequests } from "@/lib/http/take-plain-requests";
import { beginAnswer, endAnswer } from "@/lib/metrics/answer-timer";
import { AgentCall } from "./agent-call";
import type { AgentOverrides } from "./agent-context";
import { readAgentPath, type AgentPath } from "./agent-paths";
import type { AgentRequest, AgentResponse } from "./agent-request";
import { isKnownByHeader } from "./authenticate-host";
import { currentTime } from "./current-time";
import { findClientAddress } from "./find-client-address";
import { answerCall, answerFailure, maxAgentBody } from "./handle-agent-request";

const smallBody = 16_384;

/** A server's connections, and whether its agents are answered yet. */
export interface AgentSockets {
  connections: LiveConnections;
  isReady: () => boolean;
  overrides?: AgentOverrides;
}

/** Answers the plain calls of agents straight from the server's sockets, and leaves everything else to node:http. See takePlainRequests. */
export function serveAgentSockets(server: Server, { connections, isReady, overrides = {} }: AgentSockets): void {
  takePlainRequests(server, connections, {
    takes: (head) => isReady() && isTaken(head, currentTime(overrides)),
    answer: (head, body, socket) => answer(head, body, socket, connections, overrides),
  });
}

// Without a body: what fleetd's tray asks all the time. A large body whose sender stands in a header isn't read before the sender is known.
function isTaken({ method, path: text, headers, contentLength }: RequestHead, now: number): boolean {
  const path = readAgentPath(text);
  if (!path) return false;
  if (method !== "POST") return path.family === "device" || path.name === "ping";
  if (path.family === "device" || contentLength === 0 || contentLength > maxAgentBody(path)) return false;
  return headers.authorization === undefined || contentLength <= smallBody || isKnownByHeader(headers, now);
}

class PlainRequest implements AgentRequest {
  constructor(
    private readonly head: RequestHead,
    private readonly bytes: Buffer,
    private readonly socket: Socket,
  ) {}

  get method(): string {
    return this.head.method;
  }

  get path(): string {
    return this.head.path;
  }

  get headers(): AgentRequest["headers"] {
    return this.head.headers;
  }

  // Few answers depend on it.
  get remoteAddress(): string {
    return findClientAddress(this.socket.remoteAddress ?? "", this.head.headers);
  }

  get body(): AgentRequest["body"] {
    return pieceByPiece(this.bytes);
  }
}

async function* pieceByPiece(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

function answer(head: RequestHead, body: Buffer, socket: Socket, connections: LiveConnections, overrides: AgentOverrides): PlainAnswer | Promise<PlainAnswer> {
  const begun = beginAnswer();
  const path = readAgentPath(head.path) as AgentPath;
  const write = (response: AgentResponse) => {
    if (begun > 0) endAnswer(begun, head.path);
    return writeAnswer(response, head.method, connections.isClosing);
  };
  const answered = answerWhole(head, path, body, socket, overrides);
  return answered instanceof Promise ? answered.then(write) : write(answered);
}

// Whatever one request does to us ends with its own answer.
function answerWhole(head: RequestHead, path: AgentPath, body: Buffer, socket: Socket, overrides: AgentOverrides): AgentResponse | Promise<AgentResponse> {
  try {
    const now = currentTime(overrides);
    const known = head.headers.authorization === undefined || isKnownByHeader(head.headers, now);
    // One whose sender isn't known yet is taken apart when he is.
    const bytes = head.method === "POST" && known ? body : undefined;
    return answerCall(new AgentCall(new PlainRequest(head, body, socket), path, maxAgentBody(path), now, bytes), overrides);
  } catch (error) {
    return answerFailure(path, error, overrides);
  }
}

function writeAnswer(response: AgentResponse, method: string, isClosing: boolean): PlainAnswer {
  const { written } = response;
  if (!written || isClosing || method === "HEAD") return toText(response, method, isClosing);
  const second = Math.floor(currentTime({}) / 1000);
  if (written.second !== second) Object.assign(written, toText(response, method, isClosing), { second });
  return written;
}

function toText({ status, headers, body }: AgentResponse, method: string, isClosing: boolean): PlainAnswer {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  const closes = isClosing || headers.connection === "close";
  text += dateLine();
  if (!closes) text += keptAlive;
  else if (headers.connection === undefined) text += "connection: close\r\n";
  text += "\r\n";
  if (method === "HEAD" || status === 204) return { text, utf8: false, closes };
  return { text: text + body, utf8: headers["content-length"] !== String(body.length), closes };
}

const keptAlive = `connection: keep-alive\r\nkeep-alive: timeout=${connectionTimes.idleMs / 1000}\r\n`;

let dateText = "";
let dateSecond = 0;

function dateLine(): string {
  const second = Math.floor(currentTime({}) / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = `date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateText;
}
