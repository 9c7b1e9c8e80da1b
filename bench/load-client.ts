import { connect, type Socket } from "node:net";

/** What one load run saw. Latencies are in milliseconds. */
export interface LoadResult {
  requests: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
  /** Answers that weren't 200, by status. */
  others: Record<number, number>;
}

/** One load: `connections` keep-alive connections, each sending the next body as soon as its answer is whole. */
export interface Load {
  port: number;
  path: string;
  connections: number;
  seconds: number;
  /** The body of the nth request on a connection. */
  body: (connection: number, nth: number) => Buffer;
}

/**
 * Drives a server on loopback as fast as it answers, with as little work per request as Node allows: requests are written whole, of an answer only status
 * line and content-length are read. A closed loop: it measures capacity, not the waiting of an open crowd.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  const others: Record<number, number> = {};
  const started = performance.now();
  const until = started + load.seconds * 1000;
  await Promise.all(
    Array.from({ length: load.connections }, (_, index) =>
      runConnection(load, index, until, (milliseconds, status) => {
        latencies.push(milliseconds);
        if (status !== 200) others[status] = (others[status] ?? 0) + 1;
      }),
    ),
  );
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { requests: latencies.length, requestsPerSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99), others };
}

function runConnection(load: Load, index: number, until: number, onAnswer: (milliseconds: number, status: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(load.port, "127.0.0.1");
    socket.setNoDelay(true);
    let nth = 0;
    let sentAt = 0;
    let received: Buffer = Buffer.alloc(0);
    const send = () => {
      const body = load.body(index, nth);
      nth += 1;
      sentAt = performance.now();
      socket.write(
        Buffer.concat([
          Buffer.from(
            `POST ${load.path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: osquery/5.23.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
          ),
          body,
        ]),
      );
    };
    socket.on("connect", send);
    socket.on("data", (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (!answer) return;
      received = received.subarray(answer.length);
      const now = performance.now();
      onAnswer(now - sentAt, answer.status);
      if (now < until) send();
      else socket.end();
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

function readAnswer(received: Buffer): { status: number; length: number } | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = received.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const at = head.search(/\r\ncontent-length:/i);
  if (at < 0) throw new Error(`An answer without content-length: ${head.slice(0, 200)}`);
  const length = end + 4 + Number.parseInt(head.slice(at + 17), 10);
  return received.length < length ? undefined : { status, length };
}
