import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as HttpsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";

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
  // The answer that a connection got last, or is getting.
  private readonly answers = new Map<Socket, ServerResponse | null>();
  private closing = false;
  private onEmpty: (() => void) | undefined;

  get size(): number {
    return this.answers.size;
  }

  /** Counts a server's connections from now on; before it listens. */
  watch(server: Server): void {
    this.servers.push(server);
    server.on(server instanceof HttpsServer ? "secureConnection" : "connection", (socket: Socket) => {
      this.answers.set(socket, null);
      socket.once("close", () => {
        this.answers.delete(socket);
        if (this.answers.size === 0) this.onEmpty?.();
      });
    });
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
    // The http server's own close() would cut idle connections off at once.
    for (const server of this.servers) NetServer.prototype.close.call(server);
    for (const response of this.answers.values()) if (response && isUnderWay(response) && !response.headersSent) response.shouldKeepAlive = false;
    await this.untilEmpty(idleMs, hurry);
    for (const [socket, response] of this.answers) {
      if (response && isUnderWay(response)) response.once("close", () => part(socket));
      else part(socket);
    }
    await this.untilEmpty(busyMs, hurry);
    for (const socket of this.answers.keys()) socket.destroy();
  }

  private untilEmpty(milliseconds: number, hurry: AbortSignal | undefined): Promise<void> {
    if (this.answers.size === 0 || hurry?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        hurry?.removeEventListener("abort", done);
        this.onEmpty = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      hurry?.addEventListener("abort", done);
      this.onEmpty = done;
    });
  }
}

function isUnderWay(response: ServerResponse): boolean {
  return !response.writableFinished && !response.destroyed;
}

// The client is told first and closes too: a request that it sends in this very moment meets an end of stream before any byte of an answer.
function part(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  setTimeout(() => socket.destroy(), partingMs).unref();
}
