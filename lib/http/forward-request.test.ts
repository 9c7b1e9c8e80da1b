import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, request as ask, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Forwarder } from "./forward-request";
import { openPageSocket } from "./page-socket";
import { sayPlain } from "./say-plain";

let pages: Server;
let front: Server;
let forwarder: Forwarder;
let socketPath: string;
let faults: Error[];
let answerPage: RequestListener;

beforeEach(async () => {
  faults = [];
  pages = createServer({ requireHostHeader: false, maxHeaderSize: 64 * 1024 }, (request, response) => answerPage(request, response));
  socketPath = await openPageSocket(pages);
  forwarder = new Forwarder(socketPath);
  const origin = { address: "192.0.2.7", https: true };
  front = createServer((request, response) =>
    forwarder.forward(request, response, origin, (error) => {
      faults.push(error);
      sayPlain(response, 502, "not now");
    }),
  );
  front.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => forwarder.forwardUpgrade(request, socket, head, origin));
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  forwarder.close();
  for (const server of [front, pages]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const port = () => (front.address() as AddressInfo).port;

/** Sends exactly these bytes and returns all that comes back until the server closes. */
async function raw(lines: string[], body = ""): Promise<string> {
  const socket = connect(port(), "127.0.0.1");
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
  return text(socket.setEncoding("latin1"));
}

async function send(method: string, path = "/", headers: Record<string, string> = {}, body?: Buffer): Promise<IncomingMessage> {
  const request = ask({ port: port(), method, path, headers, agent: false });
  request.end(body);
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  request.on("error", () => undefined); // its connection closes with the answer, whatever is still on its way
  return answer;
}

test("a request arrives as it was sent: path, repeated headers and old letters; without what is for one hop, and without what only we may say", async () => {
  let seen: { url?: string; raw: string[] } = { raw: [] };
  answerPage = (request, response) => {
    seen = { url: request.url, raw: request.rawHeaders };
    response.end("ok");
  };
  const answer = await raw([
    "GET /hosts?q=%20a&q=b HTTP/1.1",
    "Host: flotilla.example",
    "X-Old: caf\xe9",
    "Accept: text/html",
    "accept: */*",
    "Cookie: a=1; b=2",
    "Connection: close, X-Hop, Host",
    "X-Hop: 1",
    "Keep-Alive: timeout=5",
    "TE: trailers",
    "Upgrade: h2c",
    "X-Flotilla-Address: 203.0.113.1",
    "x-flotilla-https: 0",
    "X-Flotilla-Path: /elsewhere",
    "X-Forwarded-For: 198.51.100.9",
  ]);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(seen.url).toBe("/hosts?q=%20a&q=b");
  expect(seen.raw).toEqual([
    "Host",
    "flotilla.example",
    "X-Old",
    "caf\xe9",
    "Accept",
    "text/html",
    "accept",
    "*/*",
    "Cookie",
    "a=1; b=2",
    "X-Forwarded-For",
    "198.51.100.9",
    "x-flotilla-address",
    "192.0.2.7",
    "x-flotilla-https",
    "1",
    "Connection",
    "keep-alive",
  ]);
});

test("an answer arrives as it was given: status and its words, each cookie by itself, and a body without a stated length", async () => {
  answerPage = (_request, response) => {
    response.writeHead(209, "Odd But Fine", [
      "Set-Cookie",
      "a=1; Path=/",
      "Set-Cookie",
      "b=2",
      "X-Case",
      "Kept",
      "Connection",
      "close, X-Inner",
      "X-Inner",
      "1",
    ]);
    response.write("one, ");
    response.end("two");
  };
  const [head = ""] = (await raw(["GET / HTTP/1.1", "Host: a", "Connection: close"])).split("\r\n\r\n");
  const lines = head.split("\r\n");
  expect(lines[0]).toBe("HTTP/1.1 209 Odd But Fine");
  expect(lines.filter((line) => /^(set-cookie|x-)/i.test(line))).toEqual(["Set-Cookie: a=1; Path=/", "Set-Cookie: b=2", "X-Case: Kept"]);
  expect(lines.filter((line) => /^(date|transfer-encoding):/i.test(line))).toHaveLength(2);
  expect(await text(await send("GET"))).toBe("one, two");
});

test.each<[string, string, number, Record<string, string>]>([
  ["HEAD with the length of what GET would bring", "HEAD", 200, { "content-length": "12345" }],
  ["204", "DELETE", 204, {}],
  ["304 with its tag", "GET", 304, { etag: '"v1"' }],
])("%s comes without a body, and the connection goes on", async (_name, method, status, headers) => {
  answerPage = (_request, response) => response.writeHead(status, headers).end();
  const twice = [`${method} / HTTP/1.1`, "Host: a", "", `${method} / HTTP/1.1`, "Host: a", "Connection: close"];
  const answers = (await raw(twice)).split(/(?=HTTP\/1\.1 )/);
  expect(answers).toHaveLength(2);
  for (const answer of answers) {
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    for (const [name, value] of Object.entries(headers)) expect(answer.toLowerCase()).toContain(`\r\n${name}: ${value.toLowerCase()}\r\n`);
    expect(answer).toMatch(/\r\n\r\n$/);
    expect(answer).not.toMatch(/transfer-encoding/i);
  }
});

test("the first part of a streamed answer is there before the second is made", async () => {
  let goOn: () => void = () => undefined;
  answerPage = (_request, response) => {
    response.write("first");
    goOn = () => response.end("second");
  };
  const answer = await send("GET");
  const [first] = (await once(answer, "data")) as [Buffer];
  expect(first.toString()).toBe("first");
  goOn();
  expect(await text(answer)).toBe("second");
});

test("the head of an answer is there before any of its body", async () => {
  let goOn: () => void = () => undefined;
  answerPage = (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).flushHeaders();
    goOn = () => response.end("body");
  };
  const answer = await send("GET");
  expect(answer.headers["content-type"]).toBe("text/html");
  goOn();
  expect(await text(answer)).toBe("body");
});

test.each<[string, Record<string, string>]>([
  ["of a stated length", { "content-length": String(24 * 1024 * 1024) }],
  ["of no stated length", { "transfer-encoding": "chunked" }],
])("an upload of many megabytes %s arrives whole", async (_name, headers) => {
  const body = randomBytes(24 * 1024 * 1024);
  answerPage = (request, response) => {
    const digest = createHash("sha256");
    request.on("data", (chunk: Buffer) => digest.update(chunk)).on("end", () => response.end(digest.digest("hex")));
  };
  expect(await text(await send("POST", "/", headers, body))).toBe(createHash("sha256").update(body).digest("hex"));
});

test("who waits to be asked for the body is asked, and a body that GET brings arrives too", async () => {
  answerPage = (request, response) => void text(request).then((body) => response.end(`${request.method} ${request.headers.expect} ${body}`));
  const request = ask({ port: port(), method: "POST", headers: { expect: "100-continue", "content-length": "4" }, agent: false });
  request.flushHeaders();
  await once(request, "continue");
  request.end("body");
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  expect(await text(answer)).toBe("POST undefined body");
  expect(await text(await send("GET", "/", { "content-length": "4" }, Buffer.from("more")))).toBe("GET undefined more");
  expect(await text(await send("POST"))).toBe("POST undefined ");
});

test("an early hint is passed on before the answer", async () => {
  answerPage = (_request, response) => response.writeEarlyHints({ link: "</a.css>; rel=preload" }, () => response.end("page"));
  const request = ask({ port: port(), agent: false }).end();
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  const [hint] = (await once(request, "information")) as [{ statusCode: number; headers: Record<string, string> }];
  expect([hint.statusCode, hint.headers.link]).toEqual([103, "</a.css>; rel=preload"]);
  const [answer] = await answered;
  expect(await text(answer)).toBe("page");
});

test("a refusal in the middle of an upload reaches who sends, and the rest isn't asked for twice", async () => {
  let calls = 0;
  answerPage = (_request, response) => {
    calls += 1;
    response.writeHead(413).end("too large");
  };
  const answer = await send("POST", "/", {}, randomBytes(8 * 1024 * 1024));
  expect([answer.statusCode, await text(answer), calls]).toEqual([413, "too large", 1]);
});

test("who leaves before the answer, or in the middle of it, has left the page too", async () => {
  for (const begins of [false, true]) {
    const left = new Promise<void>((resolve) => {
      answerPage = (_request, response) => {
        response.once("close", () => resolve());
        if (begins) response.write("some");
        else socket.destroy();
      };
    });
    const socket = connect(port(), "127.0.0.1");
    socket.once("data", () => socket.destroy());
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await left;
  }
  expect(faults).toEqual([]);
});

test("who leaves in the middle of an upload has left the page too", async () => {
  const socket = connect(port(), "127.0.0.1");
  const left = new Promise<void>((resolve) => {
    answerPage = (request) => {
      request.once("data", () => socket.destroy());
      request.once("error", () => resolve());
    };
  });
  socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome");
  await left;
  expect(faults).toEqual([]);
});

test("a fault before the answer is said in plain text; one in the middle breaks the answer off; the next request is answered", async () => {
  answerPage = (request) => request.socket.destroy();
  const refused = await send("GET");
  expect([refused.statusCode, await text(refused)]).toEqual([502, "not now\n"]);
  expect(faults).toHaveLength(1);
  answerPage = (_request, response) => {
    response.write("some");
    setImmediate(() => response.destroy());
  };
  await expect(send("GET").then(text)).rejects.toThrow("aborted");
  expect(faults).toHaveLength(1);
  answerPage = (_request, response) => response.end("well");
  expect(await text(await send("GET"))).toBe("well");
});

test("where nobody draws pages any more, that is said", async () => {
  await new Promise((resolve) => pages.close(resolve));
  const refused = await send("POST", "/", {}, Buffer.from("form"));
  expect([refused.statusCode, await text(refused)]).toEqual([502, "not now\n"]);
  expect((faults[0] as NodeJS.ErrnoException).code).toMatch(/^E/);
});

test("a connection that asks for another protocol gets it, both ways", async () => {
  answerPage = (_request, response) => response.end("not this");
  pages.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.unshift(head);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`);
    socket.write(`from ${request.headers["x-flotilla-address"]}, `);
    socket.once("data", (said: Buffer) => socket.end(said));
  });
  const head = ["GET /_next/hmr HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", "X-Flotilla-Address: 203.0.113.1"];
  expect(await raw(head, "echo")).toBe("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfrom 192.0.2.7, echo");
});

test("a hundred requests at once get each their own answer, and their connections are used again", async () => {
  const connections = new Set<Socket>();
  answerPage = (request, response) => {
    connections.add(request.socket);
    response.end(request.url);
  };
  const round = () => Promise.all(Array.from({ length: 100 }, async (_, nth) => text(await send("GET", `/${nth}`))));
  expect(await round()).toEqual(Array.from({ length: 100 }, (_, nth) => `/${nth}`));
  for (let nth = 0; nth < 20; nth += 1) await send("GET", `/again/${nth}`).then(text);
  expect(connections.size).toBeLessThanOrEqual(100);
});

test("the socket's folder is this account's alone; an abandoned one goes, one in use stays", async () => {
  const other = createServer((_request: IncomingMessage, response: ServerResponse) => response.end());
  const abandoned = await openPageSocket(other);
  // Without a close that cleans up, as a killed process leaves it.
  other.removeAllListeners();
  await new Promise((resolve) => other.close(resolve));
  const third = createServer();
  const path = await openPageSocket(third);
  expect([existsSync(dirname(abandoned)), existsSync(socketPath), existsSync(path)]).toEqual([false, true, true]);
  await new Promise((resolve) => third.close(resolve));
});
