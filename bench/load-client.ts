import { connect } from "node:net";
import { Histogram } from "./load/histogram";

/** What one closed-loop run saw. Latencies are in milliseconds. */
export interface LoadResult {
  requests: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
  /** Answers that weren't the usual one: by status, or `length` for a 200 of another length. */
  others: Record<string, number>;
  /** CPU that this process used for it, as a share of one core: near 1, the client was the limit. */
  clientCpu: number;
}

/** One closed loop: `connections` keep-alive connections, each sending the next request as soon as its answer is whole. */
export interface ClosedLoop {
  port: number;
  connections: number;
  /** How long, or, with `requests`, how many of them at most. */
  seconds: number;
  requests?: number;
  /** The nth request on a connection, head and body, as `postRequest` makes it. */
  request: (connection: number, nth: number) => Buffer;
}

/** The bytes of a POST. */
export function postRequest(path: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: osquery/5.23.1\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/**
 * Drives a server on loopback as fast as it answers, with as little work for each request as Node allows: requests are written whole, and of an answer only
 * status and length are looked at. It measures capacity, not the waiting of an open crowd.
 */
export async function runClosedLoop(loop: ClosedLoop): Promise<LoadResult> {
  const times = new Histogram();
  const others: Record<string, number> = {};
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const run: Run = { loop, until: started + loop.seconds * 1000, left: loop.requests ?? Number.MAX_SAFE_INTEGER, times, others };
  await Promise.all(Array.from({ length: loop.connections }, (_, index) => runConnection(run, index)));
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    requests: times.count,
    requestsPerSecond: times.count / elapsed,
    p50: times.quantile(0.5) / 1000,
    p99: times.quantile(0.99) / 1000,
    others,
    clientCpu: (user + system) / 1e6 / elapsed,
  };
}

/** The same for one path, whose bodies are put into requests as they go out. */
export function runLoad({
  path,
  body,
  ...loop
}: Omit<ClosedLoop, "request"> & { path: string; body: (connection: number, nth: number) => Buffer }): Promise<LoadResult> {
  return runClosedLoop({ ...loop, request: (connection, nth) => postRequest(path, body(connection, nth)) });
}

interface Run {
  loop: ClosedLoop;
  until: number;
  left: number;
  times: Histogram;
  others: Record<string, number>;
}

// Each read is used or copied before the next one comes: all connections share the bytes.
const readBytes = Buffer.allocUnsafe(128 * 1024);
const headEnd = Buffer.from("\r\n\r\n");

function runConnection(run: Run, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let nth = 0;
    let sentAt = 0;
    let received: Buffer | null = null;
    // What a usual answer's bytes amount to, head and body: every one is as long as the first.
    let usualLength = 0;
    const send = () => {
      run.left -= 1;
      sentAt = performance.now();
      socket.write(run.loop.request(index, nth));
      nth += 1;
    };
    const take = (bytes: Buffer) => {
      let length = usualLength;
      if (received !== null || bytes.length !== usualLength || !isOk(bytes)) {
        received = received === null ? Buffer.from(bytes) : Buffer.concat([received, bytes]);
        const answer = readAnswer(received);
        if (!answer) return;
        length = answer.length;
        if (answer.status !== 200) count(run.others, String(answer.status));
        else if (usualLength === 0) usualLength = length;
        else if (length !== usualLength) count(run.others, "length");
        received = null;
      }
      const now = performance.now();
      run.times.record((now - sentAt) * 1000);
      if (now < run.until && run.left > 0) send();
      else socket.end();
    };
    const socket = connect({
      host: "127.0.0.1",
      port: run.loop.port,
      noDelay: true,
      onread: {
        buffer: readBytes,
        callback: (length, bytes) => {
          take((bytes as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    socket.on("connect", () => (run.left > 0 ? send() : socket.end()));
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

function count(others: Record<string, number>, what: string): void {
  others[what] = (others[what] ?? 0) + 1;
}

/** `HTTP/1.1 200` in its last three bytes. */
function isOk(bytes: Buffer): boolean {
  return bytes[9] === 50 && bytes[10] === 48 && bytes[11] === 48;
}

function readAnswer(received: Buffer): { status: number; length: number } | undefined {
  const end = received.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = received.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const at = head.search(/\r\ncontent-length:/i);
  if (at >= 0) {
    const length = end + 4 + Number.parseInt(head.slice(at + 17), 10);
    return received.length < length ? undefined : { status, length };
  }
  // Next sends in chunks; its last one is empty.
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) throw new Error(`An answer without a length: ${head.slice(0, 200)}`);
  return received.toString("latin1", received.length - 5) === "0\r\n\r\n" ? { status, length: received.length } : undefined;
}
