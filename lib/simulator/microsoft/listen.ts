import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import { ZodError } from "zod";
import { apiError, html, meetFault, meetRate, newRequestId, type Exchange, type Reply } from "./exchange";
import { readFaultHeader, type Fault, type Surface } from "./faults";
import { decodeSafely, redactedPath } from "./journal";
import type { Simulator } from "./simulator";
import type { SimulatedTenant } from "./simulated-types";

const maxBodyBytes = 4 * 1024 * 1024;

/** The TCP sockets beneath the requests: only they can be reset, a TLS socket can't. */
const rawSockets = new Map<string, Socket>();

/** What a surface brings: how it answers, and whose tenant a request is about, as far as can be told before answering. */
export interface SurfaceHandler {
  handle(exchange: Exchange): Promise<Reply>;
  tenantOf(exchange: Exchange): Promise<SimulatedTenant | undefined>;
}

/** A listener on loopback; `close` also ends the connections that are still open. */
export interface Listener {
  port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 and, where the machine has it, on ::1 at the same port; over TLS when a certificate is given. */
export async function listen(
  simulator: Simulator,
  surface: Surface,
  handler: SurfaceHandler,
  { port, tls }: { port: number; tls?: { cert: string; key: string } },
): Promise<Listener> {
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    answer(simulator, surface, handler, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
  const make = (): Server => {
    const server = tls ? createHttpsServer(tls, onRequest) : createHttpServer(onRequest);
    server.requestTimeout = 0;
    server.keepAliveTimeout = 30_000;
    server.prependListener("connection", (socket: Socket) => {
      const ends = endOf(socket); // asked now: a closed socket no longer knows
      rawSockets.set(ends, socket);
      socket.once("close", () => rawSockets.delete(ends));
      if (tls) breakHandshake(simulator, surface, socket);
    });
    return server;
  };
  const first = make();
  await listenOn(first, port, "127.0.0.1");
  const address = first.address();
  if (address === null || typeof address === "string") throw new Error(`The ${surface} listener has no port.`);
  const servers = [first];
  // "localhost" may mean ::1 first; a machine without IPv6 does well with one address.
  const second = make();
  const joined = await listenOn(second, address.port, "::1").then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") return false;
      if (error.code === "EADDRINUSE" && port === 0) return false; // somebody else's by chance; clients fall back to 127.0.0.1
      throw error;
    },
  );
  if (joined) servers.push(second);
  return {
    port: address.port,
    close: async () => {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

function listenOn(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

/** Answers the client's hello with something that isn't TLS. */
function breakHandshake(simulator: Simulator, surface: Surface, socket: Socket): void {
  if (!simulator.faults.has("tls_failure", surface)) return;
  const subject = { surface, method: "CONNECT", pathAndQuery: "/", tenantId: null, requested: [] };
  if (!simulator.faults.meet("tls_failure", subject, simulator.now())) return;
  socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
}

async function answer(simulator: Simulator, surface: Surface, handler: SurfaceHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const at = new Date(simulator.now()).toISOString();
  const requestId = newRequestId();
  const url = readUrl(request, simulator.addresses[surface]);
  const isAdmin = surface === "app" && url.pathname.startsWith("/__");
  const exchange: Exchange = {
    simulator,
    surface,
    method: request.method ?? "GET",
    url,
    path: decodeSafely(url.pathname),
    headers: request.headers,
    body: await readBody(request),
    requestId,
    tenant: undefined,
    met: [],
    requested: [],
  };
  exchange.tenant = await handler.tenantOf(exchange);
  let status = 0;
  let reply: Reply | undefined;
  try {
    if (!isAdmin) exchange.requested = readRequested(request);
    // A connection from before the fault would slip through: it is cut, and the client has to shake hands again.
    if (!isAdmin && surface !== "app" && simulator.faults.has("tls_failure", surface)) {
      exchange.met.push("tls_failure");
      request.socket.destroy();
      return;
    }
    const disturbed = isAdmin ? undefined : transportFault(exchange);
    if (disturbed?.answer) {
      reply = disturbed.answer;
    } else if (disturbed?.fault) {
      if (disturbed.fault.afterEffect) reply = await handler.handle(exchange);
      await breakOff(request, disturbed.fault);
      return;
    } else {
      reply = await handler.handle(exchange);
    }
    status = reply.status;
    const slow = isAdmin ? undefined : meetFault(exchange, "slow_body");
    await send(response, reply, requestId, exchange, slow);
  } catch (error) {
    // A fault header that can't be read is the caller's mistake; anything else is ours, and the journal keeps it.
    status = error instanceof ZodError ? 400 : 500;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    reply = { status, body: text, headers: { "content-type": "text/plain; charset=utf-8" }, note: { error: text } };
    if (!response.headersSent) await send(response, reply, requestId, exchange, undefined);
  } finally {
    if (!isAdmin) {
      const clientRequestId = request.headers["client-request-id"];
      const entry = simulator.journal.record({
        at,
        durationMs: Math.round(performance.now() - started),
        surface,
        tenantId: exchange.tenant?.id ?? null,
        method: exchange.method,
        path: redactedPath(url),
        status,
        requestId,
        clientRequestId: typeof clientRequestId === "string" ? clientRequestId : null,
        faults: exchange.met,
        body: reply?.note ?? null,
        outcome: null,
      });
      const message = reply?.messageKey === undefined ? undefined : simulator.messages.get(reply.messageKey);
      if (message) {
        entry.outcome = message.outcome;
        message.journalEntries.push(entry);
      }
    }
  }
}

function readUrl(request: IncomingMessage, origin: string): URL {
  try {
    return new URL(`${origin}${request.url ?? "/"}`);
  } catch {
    return new URL(`${origin}/`);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error(`The body is larger than ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readRequested(request: IncomingMessage): Fault[] {
  const header = request.headers["x-emulator-fault"];
  return typeof header === "string" ? readFaultHeader(header) : [];
}

/** A fault of the way between us and the client: an answer at once, or a connection that breaks. */
function transportFault(exchange: Exchange): { answer?: Reply; fault?: Fault } | undefined {
  const now = exchange.simulator.now();
  const throttled = (headers: Record<string, string>) => ({
    answer: refuse(exchange, 429, "TooManyRequests", "Too many requests. Wait before trying again.", headers),
  });
  let fault = meetFault(exchange, "throttle_seconds");
  if (fault) return throttled({ "retry-after": String(fault.retryAfterSeconds ?? 5) });
  fault = meetFault(exchange, "throttle_date");
  if (fault) return throttled({ "retry-after": new Date(now + (fault.retryAfterSeconds ?? 5) * 1000).toUTCString() });
  if (meetFault(exchange, "throttle_bare")) return throttled({});
  fault = meetRate(exchange);
  if (fault) return throttled({ "retry-after": String(fault.retryAfterSeconds ?? 1) });
  fault = meetFault(exchange, "server_error");
  if (fault) {
    const headers: Record<string, string> = fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
    return { answer: refuse(exchange, fault.status ?? 500, "ServiceUnavailable", "The service can't answer now.", headers) };
  }
  fault = meetFault(exchange, "connection_reset") ?? meetFault(exchange, "hang");
  return fault ? { fault } : undefined;
}

function refuse(exchange: Exchange, status: number, code: string, message: string, headers: Record<string, string>): Reply {
  if (exchange.surface === "app") return html(status, message, { headers });
  return apiError(exchange, status, code, message, { headers });
}

async function breakOff(request: IncomingMessage, fault: Fault): Promise<void> {
  if (fault.kind === "hang") await pause((fault.seconds ?? 120) * 1000, request.socket);
  const raw = rawSockets.get(endOf(request.socket));
  if (raw) raw.resetAndDestroy();
  else request.socket.destroy();
}

/** The two ends of a connection, the same for a TLS socket and the TCP socket beneath it. */
function endOf(socket: Socket): string {
  return `${socket.localPort}-${socket.remoteAddress}-${socket.remotePort}`;
}

/** Waits real time, or until the client has gone. */
function pause(ms: number, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    socket.once("close", done);
    function done() {
      clearTimeout(timer);
      socket.removeListener("close", done);
      resolve();
    }
  });
}

async function send(response: ServerResponse, reply: Reply, requestId: string, exchange: Exchange, slow: Fault | undefined): Promise<void> {
  const socket = response.req.socket;
  const body = Buffer.from(reply.body ?? "", "utf8");
  const clientRequestId = exchange.headers["client-request-id"];
  response.writeHead(reply.status, {
    "cache-control": "no-store",
    "request-id": requestId,
    "x-ms-request-id": requestId,
    ...(typeof clientRequestId === "string" ? { "client-request-id": clientRequestId } : {}),
    date: new Date(exchange.simulator.now()).toUTCString(),
    ...reply.headers,
    ...(reply.status === 204 || reply.status === 304 ? {} : { "content-length": String(body.length) }),
  });
  if (!slow || body.length === 0) {
    response.end(exchange.method === "HEAD" ? undefined : body);
    return;
  }
  response.flushHeaders();
  const drops = Math.min(body.length, 20);
  for (let i = 0; i < drops && !socket.destroyed; i += 1) {
    await pause(((slow.seconds ?? 60) * 1000) / drops, socket);
    response.write(body.subarray(Math.floor((i * body.length) / drops), Math.floor(((i + 1) * body.length) / drops)));
  }
  response.end();
}
