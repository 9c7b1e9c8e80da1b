import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Call } from "./agent-connection";
import { Connections } from "./connections";

let server: Server;
let port: number;
let arrived: { text: string; socket: Socket }[];
let awaited: (() => void) | undefined;
let connections: Connections | undefined;

beforeEach(async () => {
  arrived = [];
  server = createServer((socket) => {
    socket.on("error", () => undefined); // a socket that the test cuts
    socket.on("data", (bytes) => {
      arrived.push({ text: bytes.toString(), socket });
      awaited?.();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as { port: number }).port;
});
afterEach(() => {
  connections?.close();
  connections = undefined;
  server.close();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      awaited = resolve;
    });
  }
}

function open(limit: number | "own", toPort = port) {
  const seen: string[] = [];
  connections = new Connections(toPort, limit, {
    write: (call) => `${call.n}`,
    answered: (call, status, _length, body) => {
      seen.push(`${call.n}: ${status}${body && ` ${body}`}`);
      awaited?.();
    },
    lost: (call, error) => {
      seen.push(`${call.n}: ${error}`);
      awaited?.();
    },
  });
  return { seen, connections };
}

const call = (n: number, kind: Call["kind"] = "read", dueAt = 0): Call => ({ kind, n, dueAt, ask: null });
const answer = (body: string, status = "200 OK") => `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const nothing = '{"queries":{},"discovery":{}}';

test("a call that finds no socket free waits in line, in order, and goes out when one is", async () => {
  const { seen } = open(1);
  for (const n of [1, 2, 3]) connections?.submit(call(n));
  await until(() => arrived.length === 1);
  expect([arrived[0]?.text, connections?.sockets, connections?.waiting]).toEqual(["1", 1, 2]);
  arrived[0]?.socket.write(answer(nothing));
  await until(() => arrived.length === 2);
  // In two pieces, and with questions in it.
  const asks = answer('{"queries":{"a":"SELECT 1"}}');
  arrived[1]?.socket.write(asks.slice(0, 50));
  arrived[1]?.socket.write(asks.slice(50));
  await until(() => arrived.length === 3);
  arrived[2]?.socket.write(answer("no", "503 Service Unavailable"));
  await until(() => seen.length === 3);
  expect(seen).toEqual(["1: 200", '2: 200 {"queries":{"a":"SELECT 1"}}', "3: 503 no"]);
  expect(arrived.map(({ text }) => text)).toEqual(["1", "2", "3"]);
});

test("with sockets of their own hosts don't wait for each other, only for themselves", async () => {
  const { seen } = open("own");
  for (const n of [1, 2, 1]) connections?.submit(call(n, "write"));
  await until(() => arrived.length === 2);
  expect(arrived.map(({ text }) => text).toSorted()).toEqual(["1", "2"]);
  expect([connections?.sockets, connections?.waiting]).toEqual([2, 1]);
  arrived.find(({ text }) => text === "1")?.socket.write(answer("{}"));
  await until(() => arrived.length === 3);
  expect([arrived[2]?.text, seen]).toEqual(["1", ["1: 200"]]);
});

test("what an agent would give up after 16 s is a timeout, whether it was sent or still in line", async () => {
  const { seen } = open(1);
  for (const n of [1, 2]) connections?.submit(call(n));
  connections?.submit(call(3, "read", 10_000));
  await until(() => arrived.length === 1);
  connections?.dropOverdue(16_001);
  await until(() => seen.length === 2 && arrived.length === 2);
  expect([seen.toSorted(), arrived[1]?.text]).toEqual([["1: timeout", "2: timeout"], "3"]);
});

test("a socket that waits so long that the server may be closing it isn't used again", async () => {
  const { seen } = open(2);
  connections?.submit(call(1));
  await until(() => arrived.length === 1);
  arrived[0]?.socket.write(answer(nothing));
  await until(() => seen.length === 1);
  connections?.dropOverdue(performance.now() + 111_000);
  connections?.submit(call(2));
  await until(() => arrived.length === 2);
  expect(arrived[1]?.socket).not.toBe(arrived[0]?.socket);
  arrived[1]?.socket.write(answer(nothing));
  await until(() => seen.length === 2);
  connections?.dropOverdue(performance.now() + 109_000);
  connections?.submit(call(3));
  await until(() => arrived.length === 3);
  expect(arrived[2]?.socket).toBe(arrived[1]?.socket);
  expect(seen).toEqual(["1: 200", "2: 200"]);
});

test("a socket that opened for a call which was given up meanwhile, and never carried one, goes before the server closes it", async () => {
  const { seen } = open(1);
  connections?.submit(call(1));
  connections?.dropOverdue(performance.now() + 17_000);
  expect([seen, connections?.sockets]).toEqual([["1: timeout"], 1]);
  await once(server, "connection");
  await expect
    .poll(() => {
      connections?.dropOverdue(performance.now() + 16_000);
      return connections?.sockets;
    })
    .toBe(0);
});

test("a socket that breaks loses its call alone; the line goes on with a new one", async () => {
  const { seen } = open(1);
  for (const n of [1, 2]) connections?.submit(call(n));
  await until(() => arrived.length === 1);
  arrived[0]?.socket.resetAndDestroy();
  await until(() => arrived.length === 2);
  arrived[1]?.socket.write(answer(nothing));
  await until(() => seen.length === 2);
  expect(seen).toEqual(["1: reset", "2: 200"]);
});

test("nobody listening is refused, each call once", async () => {
  server.close();
  await once(server, "close");
  const { seen } = open(8);
  for (const n of [1, 2]) connections?.submit(call(n));
  await until(() => seen.length === 2);
  expect(seen).toEqual(["1: refused", "2: refused"]);
});

test("an answer to HEAD has no body, whatever its length says, and one that closes makes room", async () => {
  const { seen } = open(1);
  for (const n of [1, 2]) connections?.submit(call(n, "ping"));
  await until(() => arrived.length === 1);
  arrived[0]?.socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 99\r\n\r\n");
  await until(() => arrived.length === 2);
  expect([seen, arrived[1]?.text, arrived[0]?.socket === arrived[1]?.socket]).toEqual([["1: 200"], "2", false]);
});
