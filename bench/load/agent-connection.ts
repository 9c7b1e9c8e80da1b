import { connect, type Socket } from "node:net";
import type { ParsedAsk } from "./host-answers";
import type { CallKind } from "./load-plan";

/** One call that a host makes. Times are in milliseconds on the generator's clock. */
export interface Call {
  kind: CallKind;
  n: number;
  dueAt: number;
  /** What a write answers. */
  ask: ParsedAsk | null;
}

/** What a connection tells whoever opened it. */
export interface ConnectionEvents {
  /** It can take a call: it has just opened, or its call was answered. */
  free: (connection: AgentConnection) => void;
  /** `body`: only for a read that asks something, and for answers that aren't the usual ones. */
  answered: (call: Call, status: number, bodyLength: number, body: string) => void;
  /** The call under way, or null, came to nothing. The connection is gone. */
  lost: (connection: AgentConnection, call: Call | null, error: string) => void;
}

const headEnd = Buffer.from("\r\n\r\n");
const readBytes = Buffer.allocUnsafe(256 * 1024);
/** Bodies that say nothing new: an empty read, and `{}`. */
const emptyRead = 29;
const emptyObject = 2;

/** A keep-alive socket with at most one call on it: written whole, of the answer only status and length are read unless it holds questions. */
export class AgentConnection {
  private readonly socket: Socket;
  private received: Buffer | null = null;
  private open = false;
  private lastError = "";
  call: Call | null = null;
  /** A call went out on it. */
  isUsed = false;
  /** By performance.now(), where it waits for its next call. */
  idleSince = 0;

  constructor(
    target: { port: number; localAddress?: string; localPort?: number },
    private readonly events: ConnectionEvents,
    /** The host that it belongs to, when each has one. */
    readonly owner = -1,
  ) {
    // All sockets read into the same bytes: what is read is used, or copied, before the next one reads.
    this.socket = connect({
      host: "127.0.0.1",
      ...target,
      noDelay: true,
      onread: {
        buffer: readBytes,
        callback: (length, bytes) => {
          this.take((bytes as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    this.socket.once("connect", () => {
      this.open = true;
      events.free(this);
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.lastError = error.code ?? error.message;
    });
    this.socket.once("close", () => {
      const call = this.call;
      this.call = null;
      this.open = false;
      events.lost(this, call, nameError(this.lastError));
    });
  }

  /** Whether a call can go out now. */
  get isFree(): boolean {
    return this.open && this.call === null;
  }

  send(call: Call, text: string): void {
    this.call = call;
    this.isUsed = true;
    this.socket.write(text, "latin1");
  }

  /** Ends it; its call, if there is one, is lost to `error`. */
  destroy(error: string): void {
    this.lastError = error;
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    const data = this.received === null ? bytes : Buffer.concat([this.received, bytes]);
    const end = data.indexOf(headEnd);
    const answer = end < 0 ? null : readHead(data.toString("latin1", 0, end + 2), this.call);
    if (answer?.length === null) return this.destroy("answer without content-length");
    if (answer === null || data.length < end + 4 + answer.length) {
      this.received = this.received === null ? Buffer.from(data) : data;
      return;
    }
    this.received = null;
    const call = this.call;
    if (call === null) return this.destroy("answer without a call");
    this.call = null;
    const usual = answer.length === (call.kind === "read" ? emptyRead : emptyObject);
    const wanted = !usual && (call.kind === "read" || call.kind === "write");
    this.events.answered(call, answer.status, answer.length, wanted ? data.toString("utf8", end + 4, end + 4 + answer.length) : "");
    if (answer.closes) {
      this.open = false;
      this.socket.end();
    } else this.events.free(this);
  }
}

function readHead(head: string, call: Call | null): { status: number; length: number | null; closes: boolean } {
  const status = Number(head.slice(9, 12));
  const closes = head.includes("onnection: close\r\n");
  if (call?.kind === "ping" || status === 204 || status === 304) return { status, length: 0, closes };
  let at = head.indexOf("content-length: ");
  if (at < 0) at = head.indexOf("Content-Length: ");
  return { status, length: at < 0 ? null : Number.parseInt(head.slice(at + 16, at + 26), 10), closes };
}

function nameError(code: string): string {
  if (code === "ECONNREFUSED") return "refused";
  return code === "ECONNRESET" || code === "EPIPE" || code === "" ? "reset" : code;
}
