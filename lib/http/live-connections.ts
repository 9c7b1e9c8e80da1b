import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as HttpsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";
import { PlainConnection } from "./plain-connection";

const partingMs = 2000;

/** How long drain() waits, in milliseconds: for clients to leave by themselves, then for answers that are under way. `hurry` ends both. */
export interface DrainLimits {
  idleMs: number;
  busyMs: number;
  hurry?: AbortSignal;
}

/** The connections of a server's sockets, so that a stop can let every client go with its answer. */
export class LiveConnections {
  private readonly servers: Server[] = [];
  // The answer that a connection got last, or is getting; or the connection that answers itself.
  private readonly answers = new Map<Socket, ServerResponse | PlainConnection | null>();
  private closing = false;

  get size(): number {
    return this.answers.size;
  }

  /** Counts a server's connections from now on; before it listens. */
  watch(server: Server): void {
    this.servers.push(server);
    server.on(server instanceof HttpsServer ? "secureConnection" : "connection", (socket: Socket) => {
      if (!this.answers.has(socket)) this.answers.set(socket, null);
      socket.once("close", () => this.answers.delete(socket));
    });
  }

  /** Whether every client is to go with its next answer. */
  get isClosing(): boolean {
    return this.closing;
  }

  /** Counts a connection on which plain requests are answered: it asks isClosing before each answer. */
  follow(socket: Socket, connection: PlainConnection): void {
    this.answers.set(socket, connection);
  }

  /** To be asked before anything is done for a request. False: its connection was closed from here, no answer would arrive, and its client repeats it elsewhere. */
  admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (socket.writableEnded) {
      socket.destroy();
      return false;
    }
    this.answers.set(socket, response);
    if (this.closing) response.shouldKeepAlive = false;
    return true;
  }

  /**
   * Takes no connection any more and ends those that are there: each goes with its next answer, which says `connection: close`; after `idleMs` those without a
   * request are closed, and others when their answer is out. Resolves when none is left, or after `busyMs` more.
   */
  async drain({ idleMs, busyMs, hurry }: DrainLimits): Promise<void> {
    this.closing = true;
    for (const answer of this.answers.values()) if (answer) tellToClose(answer);
    await nextPoll();
    // The http server's own close() would cut idle connections off at once. This one is told when the last is gone, those in a TLS handshake included.
    const closed = Promise.all(this.servers.map((server) => new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))));
    if (await within(idleMs, closed, hurry)) return;
    await nextPoll();
    for (const [socket, answer] of this.answers) {
      if (!answer || !isUnderWay(answer)) part(socket);
      else if (answer instanceof PlainConnection) answer.whenAnswered(() => part(socket));
      else answer.once("close", () => part(socket));
    }
    if (await within(busyMs, closed, hurry)) return;
    for (const socket of this.answers.keys()) socket.destroy();
  }
}

// What clients sent while this process was busy waits in the system's queues: it came in time, so it is taken in first.
function nextPoll(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

function within(milliseconds: number, event: Promise<unknown>, hurry: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (happened: boolean) => {
      clearTimeout(timer);
      hurry?.removeEventListener("abort", give);
      resolve(happened);
    };
    const give = () => end(false);
    const timer = setTimeout(give, milliseconds);
    if (hurry?.aborted) give();
    hurry?.addEventListener("abort", give);
    void event.then(() => end(true));
  });
}

function isUnderWay(answer: ServerResponse | PlainConnection): boolean {
  return answer instanceof PlainConnection ? answer.isUnderWay : !answer.writableFinished && !answer.destroyed;
}

function tellToClose(answer: ServerResponse | PlainConnection): void {
  if (!(answer instanceof PlainConnection) && isUnderWay(answer) && !answer.headersSent) answer.shouldKeepAlive = false;
}

// The client is told first and closes too: a request that it sends in this very moment meets an end of stream before any byte of an answer.
function part(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  setTimeout(() => socket.destroy(), partingMs).unref();
}
