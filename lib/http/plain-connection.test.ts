import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { ensureCertificateAuthority, issueServerCertificate } from "./certificate-authority";
import { LiveConnections } from "./live-connections";
import { connectionTimes, type PlainAnswer } from "./plain-connection";
import { takePlainRequests } from "./take-plain-requests";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function ask(path: string, body: string, extra = ""): string {
  return `POST ${path} HTTP/1.1\r\nhost: here\r\n${extra}content-length: ${body.length}\r\n\r\n${body}`;
}

/** A server that answers paths under /plain/ from the socket, `/plain/slow` when `release` is called, and everything else by node:http. */
async function scene(secure = false) {
  const connections = new LiveConnections();
  const waiting: (() => void)[] = [];
  const general: RequestListener = (request, response) => {
    if (!connections.admit(request, response)) return;
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => response.end(`general ${request.url} ${body.length > 100 ? body.length : body};`));
  };
  const server: Server = secure ? createHttpsServer(await certificate(), general) : createHttpServer(general);
  server.keepAliveTimeout = 60_000;
  takePlainRequests(server, connections, {
    takes: ({ path }) => path.startsWith("/plain/"),
    answer({ path }, body) {
      const text = `plain ${path} ${body.length > 100 ? body.length : body.toString()};`;
      const make = (): PlainAnswer => ({
        text: `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n${connections.isClosing ? "connection: close\r\n" : ""}\r\n${text}`,
        utf8: false,
        closes: connections.isClosing,
      });
      return path === "/plain/slow" ? new Promise((resolve) => waiting.push(() => resolve(make()))) : make();
    },
  });
  connections.watch(server);
  const sockets: Socket[] = [];
  server.on(secure ? "secureConnection" : "connection", (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = async () => {
    const socket: Socket = secure ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }) : connect({ port, host: "127.0.0.1" });
    await once(socket, secure ? "secureConnect" : "connect");
    let heard = "";
    socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    socket.on("error", () => undefined);
    ends.push(() => socket.destroy());
    const ended = once(socket, "close").then(() => heard);
    /** The bodies of the answers so far, in their order. */
    const bodies = () => [...heard.matchAll(/((?:plain|general) \/\S+ [^;]*);/g)].map(([, body]) => body);
    return { socket, bodies, ended, say: (text: string) => socket.write(text) };
  };
  return { connections, client, bytesRead: () => sockets.at(-1)?.bytesRead ?? 0, isWaiting: () => waiting.length > 0, release: () => waiting.shift()?.() };
}

async function certificate(): Promise<{ cert: string; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), "plain-connection-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const issued = issueServerCertificate(await ensureCertificateAuthority(folder, { name: "Test" }), { names: ["127.0.0.1"] });
  return { cert: issued.certPem, key: issued.keyPem };
}

const bothWays = [
  ["plain", false],
  ["TLS", true],
] as const;

test.each(bothWays)("over %s, plain requests are answered from the socket, one after another on one connection", async (_name, secure) => {
  const { client } = await scene(secure);
  const { say, bodies } = await client();
  for (const n of [1, 2, 3]) {
    say(ask("/plain/a", `${n}`));
    await expect.poll(() => bodies().length).toBe(n);
  }
  expect(bodies()).toEqual(["plain /plain/a 1", "plain /plain/a 2", "plain /plain/a 3"]);
});

test.each(bothWays)("over %s, with the first request that isn't taken node:http has the connection, and keeps it", async (_name, secure) => {
  const { client } = await scene(secure);
  const { say, bodies } = await client();
  say(ask("/plain/a", "1"));
  await expect.poll(() => bodies().length).toBe(1);
  say(ask("/page", "2"));
  await expect.poll(() => bodies().length).toBe(2);
  say(ask("/plain/a", "3"));
  await expect.poll(() => bodies().length).toBe(3);
  expect(bodies()).toEqual(["plain /plain/a 1", "general /page 2", "general /plain/a 3"]);
});

test.each(bothWays)("over %s, a head that comes in pieces, or in chunks, is node:http's; nothing of it is lost", async (_name, secure) => {
  const { client, bytesRead } = await scene(secure);
  const { say, bodies } = await client();
  const whole = ask("/plain/a", "in pieces");
  for (const [from, to] of [
    [0, 20],
    [20, 50],
    [50, whole.length],
  ] as const) {
    const before = bytesRead();
    say(whole.slice(from, to));
    await expect.poll(bytesRead).toBeGreaterThan(before);
  }
  await expect.poll(() => bodies().length).toBe(1);
  say("POST /plain/b HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  await expect.poll(() => bodies().length).toBe(2);
  expect(bodies()).toEqual(["general /plain/a in pieces", "general /plain/b abc"]);
});

test.each(bothWays)("over %s, a body may come in many pieces", async (_name, secure) => {
  const { client } = await scene(secure);
  const { say, bodies } = await client();
  const body = "x".repeat(700_000);
  say(ask("/plain/a", body));
  await expect.poll(() => bodies()).toEqual(["plain /plain/a 700000"]);
  say(ask("/plain/a", "after"));
  await expect.poll(() => bodies()).toEqual(["plain /plain/a 700000", "plain /plain/a after"]);
  say(ask("/page", body));
  await expect.poll(() => bodies().length).toBe(3);
  expect(bodies()[2]).toBe("general /page 700000");
});

test("several requests at once are answered in their order, also behind one whose answer takes its time and before one that isn't taken", async () => {
  const { client, isWaiting, release } = await scene();
  const { say, bodies } = await client();
  say(ask("/plain/a", "1") + ask("/plain/slow", "2") + ask("/plain/b", "3") + ask("/page", "4") + ask("/plain/c", "5"));
  await expect.poll(isWaiting).toBe(true);
  say(ask("/plain/d", "6"));
  expect(bodies()).toEqual(["plain /plain/a 1"]);
  release();
  await expect.poll(() => bodies().length).toBe(6);
  expect(bodies().map((body) => body?.at(-1))).toEqual(["1", "2", "3", "4", "5", "6"]);
});

test("a peer that has ended its side still gets the answer that it waits for", async () => {
  const { client, isWaiting, release } = await scene();
  const { socket, ended } = await client();
  socket.end(ask("/plain/slow", "1"));
  await expect.poll(isWaiting).toBe(true);
  release();
  expect(await ended).toContain("plain /plain/slow 1");
});

test("one who leaves in the middle of a body, or before the answer, takes nobody along", async () => {
  const { client, isWaiting, release } = await scene();
  const early = await client();
  early.say(ask("/plain/a", "whole").slice(0, -2));
  early.socket.destroy();
  const later = await client();
  later.say(ask("/plain/slow", "1"));
  await expect.poll(isWaiting).toBe(true);
  later.socket.destroy();
  await later.ended;
  release();
  const other = await client();
  other.say(ask("/plain/a", "still here"));
  await expect.poll(() => other.bodies().length).toBe(1);
});

test("one who says nothing, and one who sends a body drop by drop, are cut off in time", async () => {
  const usual = { ...connectionTimes };
  Object.assign(connectionTimes, { firstMs: 60, requestMs: 200 });
  ends.push(() => Object.assign(connectionTimes, usual));
  const { client } = await scene();
  const silent = await client();
  expect(await silent.ended).toBe("");
  const slow = await client();
  slow.say(ask("/plain/a", "x".repeat(100_000)).slice(0, 200));
  const dripping = setInterval(() => slow.say("x"), 10);
  ends.push(() => clearInterval(dripping));
  expect(await slow.ended).toBe("");
});

test("what came in time while the loop was busy is answered, although its connection's time ran out meanwhile", async () => {
  const usual = { ...connectionTimes };
  Object.assign(connectionTimes, { idleMs: 200 });
  ends.push(() => Object.assign(connectionTimes, usual));
  const { client } = await scene();
  const { say, bodies, ended } = await client();
  say(ask("/plain/a", "1"));
  await expect.poll(() => bodies().length, { interval: 5 }).toBe(1);
  say(ask("/plain/a", "2"));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  await expect.poll(() => bodies().length).toBe(2);
  // And one who says nothing more is let go.
  expect(await ended).toContain("plain /plain/a 2");
});

test.each(bothWays)("over %s, a drain lets those go that ask nothing, and others with their answer", async (_name, secure) => {
  const { connections, client, isWaiting, release } = await scene(secure);
  const idle = await client();
  idle.say(ask("/plain/a", "1"));
  await expect.poll(() => idle.bodies().length).toBe(1);
  const busy = await client();
  busy.say(ask("/plain/slow", "2"));
  await expect.poll(isWaiting).toBe(true);
  const asking = await client();
  asking.say(ask("/plain/a", "3"));
  await expect.poll(() => asking.bodies().length).toBe(1);
  const drained = connections.drain({ idleMs: 300, busyMs: 60_000 });
  asking.say(ask("/plain/a", "4"));
  expect(await asking.ended).toMatch(/connection: close[^]*plain \/plain\/a 4/);
  expect(await idle.ended).not.toContain("connection: close");
  release();
  expect(await busy.ended).toMatch(/connection: close[^]*plain \/plain\/slow 2/);
  await drained;
  await expect.poll(() => connections.size).toBe(0);
});
