import { Agent, request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { addressHeader, httpsHeader, ownHeaderPrefix } from "./client-address";

/** What is known of a connection here and nowhere else: the client's address, and whether its browser speaks HTTPS. */
export interface Origin {
  address: string;
  https: boolean;
}

// For one hop only (RFC 9110, 7.6.1); `expect` is answered here.
const hopByHop = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"];
// Whatever a client lists in Connection: without these a message would be another one.
const essential = new Set(["host", "content-length"]);
// Answers come from our own pages: they may carry more than strangers may send.
const maxHeaderSize = 256 * 1024;

/** Hands requests on to the server at a Unix socket, over connections that are kept. */
export class Forwarder {
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });

  constructor(private readonly socketPath: string) {}

  /**
   * Hands one request on and its answer back, both as they come and as they are. Who leaves is left there, too. `onFault` is called when there is no
   * answer at all; one that breaks off in the middle breaks off for the client.
   */
  forward(request: IncomingMessage, response: ServerResponse, origin: Origin, onFault: (error: Error) => void): void {
    let isOver = false;
    const fail = (error: Error) => {
      if (isOver) return;
      isOver = true;
      if (response.headersSent) response.destroy();
      else onFault(error);
    };
    const { method = "GET", url: path = "/" } = request;
    const headers = [...endToEnd(request.rawHeaders, true), ...ownHeaders(request, origin), ...framing(request)];
    const upstream = ask({ socketPath: this.socketPath, agent: this.agent, method, path, headers, maxHeaderSize });
    upstream.on("error", fail);
    upstream.on("information", ({ statusCode, headers: early }) => {
      if (statusCode === 103 && early.link) response.writeEarlyHints(early as Record<string, string>);
    });
    upstream.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders, false));
      // A page that is streamed shows itself before its first part is there.
      response.flushHeaders();
      pipeline(answer, response, (error) => {
        if (error) fail(error);
        isOver = true;
      });
    });
    response.once("close", () => {
      if (response.writableFinished) return;
      isOver = true;
      upstream.destroy();
    });
    if (hasBody(request)) request.on("error", fail).pipe(upstream);
    else upstream.end();
  }

  /** Hands a connection on that asked for another protocol, as hot reload does. */
  forwardUpgrade(request: IncomingMessage, socket: Socket, head: Buffer, origin: Origin): void {
    const upstream = connect(this.socketPath);
    const raw = [...withoutOwn(request.rawHeaders), ...ownHeaders(request, origin)];
    const lines = raw.flatMap((word, index) => (index % 2 === 0 ? [`${word}: ${raw[index + 1]}`] : []));
    upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
    upstream.write(head);
    // Either end's fault ends both; there is nobody to tell.
    pipeline(upstream, socket, () => upstream.destroy());
    pipeline(socket, upstream, () => socket.destroy());
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.agent.destroy();
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

// Given as a list, headers go out exactly so: what says where the body ends has to be among them.
function framing({ headers, method }: IncomingMessage): string[] {
  if (headers["transfer-encoding"] !== undefined) return ["transfer-encoding", "chunked"];
  const sendsNothing = headers["content-length"] === undefined && !["GET", "HEAD", "OPTIONS", "TRACE"].includes(method ?? "GET");
  return sendsNothing ? ["content-length", "0"] : [];
}

// Over the Unix socket the peer has no address and no TLS: said in the headers that proxies say it in, where no proxy did.
function ownHeaders({ headers, socket }: IncomingMessage, { address, https }: Origin): string[] {
  return [
    addressHeader,
    address,
    ...(https ? [httpsHeader, "1"] : []),
    ...(headers["x-forwarded-proto"] === undefined && "encrypted" in socket ? ["x-forwarded-proto", "https"] : []),
    ...(headers["x-forwarded-for"] === undefined ? ["x-forwarded-for", socket.remoteAddress ?? ""] : []),
  ];
}

function withoutOwn(raw: string[]): string[] {
  return filterHeaders(raw, (name) => !name.startsWith(ownHeaderPrefix));
}

function endToEnd(raw: string[], fromOutside: boolean): string[] {
  const dropped = new Set(hopByHop);
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at]?.toLowerCase() !== "connection") continue;
    for (const listed of (raw[at + 1] ?? "").split(",")) dropped.add(listed.trim().toLowerCase());
  }
  return filterHeaders(raw, (name) => (!dropped.has(name) || essential.has(name)) && !(fromOutside && name.startsWith(ownHeaderPrefix)));
}

function filterHeaders(raw: string[], keeps: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? "";
    if (keeps(name.toLowerCase())) kept.push(name, raw[at + 1] ?? "");
  }
  return kept;
}
