import type { Socket } from "node:net";
import { readRequestHead, type RequestHead } from "./request-head";

/** What a whole request is answered with: the bytes of the answer, head and all, as text in which every character is one byte unless `utf8`. */
export interface PlainAnswer {
  text: string;
  utf8: boolean;
  /** The connection ends with it. */
  closes: boolean;
}

/** Who answers plain requests. */
export interface PlainHandler {
  /** Whether this request is taken, before its body is there. */
  takes: (head: RequestHead, socket: Socket) => boolean;
  /** Answers a whole request; `body` holds what came after the head. Never throws or rejects. */
  answer: (head: RequestHead, body: Buffer, socket: Socket) => PlainAnswer | Promise<PlainAnswer>;
  /** Goes on with a connection on which something else came: `bytes`, of which nothing was used. */
  handOver: (socket: Socket, bytes: Buffer) => void;
}

/** How long a connection may stay without a word, and how long a request may take to arrive, in milliseconds. */
export const connectionTimes = { firstMs: 20_000, idleMs: 125_000, requestMs: 60_000 };

const headEnd = Buffer.from("\r\n\r\n");
const mostHeadBytes = 4096;
const nothing = Buffer.alloc(0);

// Agents of a fleet send the same heads again and again. One that carries a secret of its sender, in a header or in the path, isn't kept.
const mostKnownHeads = 1000;
const knownHeads = new Map<string, RequestHead>();

/**
 * A connection whose requests are whole, plain and answered at once, as agents' are: they are read here, at about half of what node:http takes for the whole. With the
 * first byte of anything else the connection is handed over for good. One request is under way at a time; what comes meanwhile waits unread.
 */
export class PlainConnection {
  private head: RequestHead | null = null;
  private parts: Buffer[] = [];
  private missing = 0;
  private begunAt = 0;
  private left = false;
  private peerEnded = false;
  private parting: (() => void) | null = null;
  private answering = false;

  constructor(
    private readonly socket: Socket,
    private readonly handler: PlainHandler,
  ) {
    socket.setTimeout(connectionTimes.firstMs);
    socket.on("data", this.take);
    socket.on("end", this.end);
    socket.on("error", this.drop);
    socket.on("timeout", this.expire);
  }

  /** A request has begun to arrive, or is being answered. */
  get isUnderWay(): boolean {
    return this.answering || this.head !== null;
  }

  /** Calls back once, when the request under way has its answer, or the connection is gone or in other hands. */
  whenAnswered(callback: () => void): void {
    this.parting = callback;
    this.socket.once("close", () => this.sayAnswered());
  }

  private readonly take = (bytes: Buffer): void => {
    // Ended from here: no answer would arrive, and its sender repeats it elsewhere.
    if (this.socket.writableEnded) return this.drop();
    if (this.head === null) return this.begin(bytes);
    if (performance.now() - this.begunAt > connectionTimes.requestMs) return this.drop();
    this.parts.push(bytes);
    this.missing -= bytes.length;
    if (this.missing > 0) return;
    const all = Buffer.concat(this.parts);
    this.parts = [];
    this.finish(this.head, all);
  };

  private begin(bytes: Buffer): void {
    const end = bytes.indexOf(headEnd);
    const head = end === -1 || end > mostHeadBytes ? null : findHead(bytes.toString("latin1", 0, end));
    if (head === null || !this.handler.takes(head, this.socket)) return this.leave(bytes);
    const body = bytes.subarray(end + headEnd.length);
    if (body.length >= head.contentLength) return this.finish(head, body);
    this.head = head;
    this.parts = [body];
    this.missing = head.contentLength - body.length;
    this.begunAt = performance.now();
    this.socket.setTimeout(connectionTimes.requestMs);
  }

  private finish(head: RequestHead, bytes: Buffer): void {
    if (this.head !== null || this.socket.timeout !== connectionTimes.idleMs) this.socket.setTimeout(connectionTimes.idleMs);
    this.head = null;
    const rest = bytes.length === head.contentLength ? nothing : bytes.subarray(head.contentLength);
    const body = rest.length === 0 ? bytes : bytes.subarray(0, head.contentLength);
    this.answering = true;
    const answered = this.handler.answer(head, body, this.socket);
    if (!(answered instanceof Promise)) return this.send(answered, rest);
    this.socket.pause();
    void answered.then((answer) => {
      if (!this.socket.destroyed) this.send(answer, rest);
      this.readOn();
    });
  }

  private send({ text, utf8, closes }: PlainAnswer, rest: Buffer): void {
    const { socket } = this;
    this.answering = false;
    if (closes || this.peerEnded) {
      socket.end(text, utf8 ? "utf8" : "latin1");
      return this.sayAnswered();
    }
    // Whoever doesn't read isn't read either.
    if (!socket.write(text, utf8 ? "utf8" : "latin1")) {
      socket.pause();
      socket.once("drain", () => this.readOn());
    }
    this.sayAnswered();
    if (rest.length > 0) this.take(rest);
  }

  private readOn(): void {
    if (!this.answering && !this.left && !this.socket.writableNeedDrain) this.socket.resume();
  }

  private sayAnswered(): void {
    const parting = this.parting;
    this.parting = null;
    parting?.();
  }

  private leave(bytes: Buffer): void {
    const { socket } = this;
    this.left = true;
    socket.off("data", this.take);
    socket.off("end", this.end);
    socket.off("error", this.drop);
    socket.off("timeout", this.expire);
    socket.setTimeout(0);
    this.handler.handOver(socket, bytes);
    this.sayAnswered();
  }

  private readonly end = (): void => {
    this.peerEnded = true;
    if (this.head !== null) this.drop();
    else if (!this.answering) this.socket.end();
  };

  // A loop that was busy runs its timers before it reads: what came in time meanwhile waits in the system's queue, and is given one look.
  private readonly expire = (): void => {
    const { bytesRead } = this.socket;
    setImmediate(() => {
      if (this.socket.bytesRead === bytesRead && !this.left) this.drop();
    });
  };

  private readonly drop = (): void => {
    this.socket.destroy();
  };
}

function findHead(text: string): RequestHead | null {
  const known = knownHeads.get(text);
  if (known) return known;
  const head = readRequestHead(text);
  if (head?.method === "POST" && head.headers.authorization === undefined && head.headers.cookie === undefined && !head.path.includes("/device/")) {
    if (knownHeads.size >= mostKnownHeads) knownHeads.clear();
    knownHeads.set(text, head);
  }
  return head;
}
