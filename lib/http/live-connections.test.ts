import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificateAuthority, issueServerCertificate } from "./certificate-authority";
import { LiveConnections } from "./live-connections";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const forever = 60_000;
const ask = "POST /api HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{}";

/** A server whose answers wait until they are let go, and a plain client that says what it hears. */
async function scene(secure = false) {
  const connections = new LiveConnections();
  const asked: (() => void)[] = [];
  let onAsked: (() => void) | undefined;
  let refused = 0;
  const listener: RequestListener = (request, response) => {
    if (!connections.admit(request, response)) return void (refused += 1);
    asked.push(() => response.end("done"));
    onAsked?.();
  };
  const server: Server = secure ? createHttpsServer(await certificate(), listener) : createHttpServer(listener);
  server.keepAliveTimeout = forever;
  connections.watch(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  ends.push(() => server.closeAllConnections());

  const client = async ({ allowHalfOpen = false } = {}) => {
    const socket: Socket = secure ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false }) : connect({ port, host: "127.0.0.1", allowHalfOpen });
    const before = connections.size;
    await once(socket, secure ? "secureConnect" : "connect");
    await expect.poll(() => connections.size).toBe(before + 1);
    let heard = "";
    const state = { reset: false };
    socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    socket.on("error", () => (state.reset = true));
    ends.push(() => socket.destroy());
    const ended = once(socket, "end").then(() => heard);
    return {
      socket,
      ended,
      state,
      heard: () => heard,
      send: async () => {
        const taken = new Promise<void>((resolve) => (onAsked = resolve));
        socket.write(ask);
        await taken;
      },
    };
  };
  return { connections, server, port, client, answer: () => asked.shift()?.(), refused: () => refused };
}

async function certificate(): Promise<{ cert: string; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), "live-connections-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const issued = issueServerCertificate(await ensureCertificateAuthority(folder, { name: "Test" }), { names: ["127.0.0.1"] });
  return { cert: issued.certPem, key: issued.keyPem };
}

test.each([
  ["plain", false],
  ["TLS", true],
])("over %s, a client that asks during a drain gets its answer with the word that the connection ends, and its end", async (_name, secure) => {
  const { connections, client, answer } = await scene(secure);
  const agent = await client();
  const drained = connections.drain({ idleMs: forever, busyMs: forever });
  await agent.send();
  answer();
  expect(await agent.ended).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*connection: close\r\n(.*\r\n)*\r\ndone$/i);
  await drained;
  await expect.poll(() => connections.size).toBe(0);
  expect(agent.state.reset).toBe(false);
});

test.each([
  ["plain", false],
  ["TLS", true],
])("over %s, an answer that was under way when the drain began is sent whole, also after idle clients were let go", async (_name, secure) => {
  const { connections, client, answer } = await scene(secure);
  const busy = await client();
  const idle = await client();
  await busy.send();
  const drained = connections.drain({ idleMs: 0, busyMs: forever });
  expect(await idle.ended).toBe("");
  answer();
  expect(await busy.ended).toMatch(/done$/);
  await drained;
  expect([busy.state.reset, idle.state.reset]).toEqual([false, false]);
});

test("before a drain, connections live on from answer to answer", async () => {
  const { client, answer, connections } = await scene();
  const agent = await client();
  for (let round = 1; round <= 3; round += 1) {
    await agent.send();
    answer();
    await expect.poll(() => agent.heard().match(/done/g)?.length).toBe(round);
  }
  expect(agent.heard()).not.toMatch(/connection: close/i);
  expect(connections.size).toBe(1);
});

test("during a drain nobody new is let in", async () => {
  const { connections, client, port, server } = await scene();
  await client();
  void connections.drain({ idleMs: forever, busyMs: forever });
  await expect.poll(() => server.listening).toBe(false);
  const late = connect(port, "127.0.0.1");
  const [error] = (await once(late, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
});

test("a request that crosses the closing on its way isn't acted on, and its client hears the end before any byte of an answer", async () => {
  const { connections, client, refused } = await scene();
  const agent = await client({ allowHalfOpen: true });
  const drained = connections.drain({ idleMs: 0, busyMs: forever });
  expect(await agent.ended).toBe("");
  agent.socket.write(ask);
  await drained;
  expect(refused()).toBe(1);
});

test("in a hurry nobody is waited for", async () => {
  const { connections, client } = await scene();
  const agent = await client();
  await agent.send();
  const hurry = new AbortController();
  const drained = connections.drain({ idleMs: forever, busyMs: forever, hurry: hurry.signal });
  hurry.abort();
  await drained;
  expect(await once(agent.socket, "close")).toBeDefined();
});
