import { request } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

const lookEveryMs = 500;
const patience = 3;

/** One server behind the balancer: where it answers `/readyz`, and the port that connections go to. */
export interface BalancerTarget {
  healthPort: number;
  port: number;
}

/** A running balancer. `connections`: how many each target was given so far. */
export interface Balancer {
  port: number;
  connections: readonly number[];
  /** Which targets are ready, as of the last look. */
  ready: readonly boolean[];
  close: () => Promise<void>;
}

interface Target extends BalancerTarget {
  ready: boolean;
  connections: number;
  /** Looks in a row that got no answer. */
  silent: number;
}

/**
 * A plain TCP balancer, such as operators put before several instances: gives connections in turn to those that are ready, asks each every half second, and
 * leaves connections alone that stand. One that says no is out at once, one that doesn't answer after three looks. A target that refuses a connection is passed over for the next.
 * @param port of its own; default a free one
 */
export async function startBalancer(targets: readonly BalancerTarget[], port = 0): Promise<Balancer> {
  const all: Target[] = targets.map((target) => ({ ...target, ready: false, connections: 0, silent: 0 }));
  const sockets = new Set<Socket>();
  let turn = 0;
  // Both halves of a connection end on their own, as in a real one.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    keep(client);
    const ready = all.filter((target) => target.ready);
    turn += 1;
    give(client, [...ready.slice(turn % (ready.length || 1)), ...ready.slice(0, turn % (ready.length || 1))]);
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined); // its close is told to the other side
  }

  function give(client: Socket, [target, ...others]: Target[]): void {
    if (!target) return void client.resetAndDestroy();
    const upstream = connect({ port: target.port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    keep(upstream);
    let joined = false;
    upstream.once("connect", () => {
      joined = true;
      target.connections += 1;
      client.pipe(upstream).pipe(client);
    });
    upstream.on("close", (failed) => {
      if (!joined) return give(client, others);
      if (failed) client.resetAndDestroy();
    });
    client.on("close", (failed) => {
      if (failed) upstream.resetAndDestroy();
    });
  }

  let closed = false;
  const look = async (target: Target) => {
    const answer = await askReadiness(target.healthPort);
    target.silent = answer === "silent" ? target.silent + 1 : 0;
    target.ready = answer === "ready" || (answer === "silent" && target.ready && target.silent < patience);
    if (!closed) setTimeout(() => void look(target), lookEveryMs).unref();
  };
  await Promise.all(all.map(look));
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return all.map((target) => target.connections);
    },
    get ready() {
      return all.map((target) => target.ready);
    },
    async close() {
      closed = true;
      const ended = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await ended;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 4096 }, resolve);
  });
}

function askReadiness(port: number): Promise<"ready" | "not ready" | "silent"> {
  return new Promise((resolve) => {
    const asked = request({ port, host: "127.0.0.1", path: "/readyz", agent: false, timeout: 2000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? "ready" : "not ready");
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "not ready" : "silent"));
    asked.end();
  });
}
