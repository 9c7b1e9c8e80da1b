import type { Sql } from "@/lib/db/sql";

const maxKeys = 200;
const maxParallel = 2;

interface Waiting<Row> {
  promise: Promise<Row | null>;
  resolve: (row: Row | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Finds rows by the sha256 of a key, those that are asked for at once, and those that are asked for while others are being found, in one statement: when a process
 * starts, or a change concerned a whole fleet, every host is looked up within seconds.
 */
export class HostLookups<Row extends { keyHash: string }> {
  private waiting = new Map<string, Waiting<Row>>();
  private running = 0;
  private woken = false;

  constructor(private readonly load: (sql: Sql, keyHashes: readonly string[]) => Promise<Row[]>) {}

  /** The row of a key, or null. A row that is read belongs to a moment after the call. */
  find(sql: Sql, keyHash: string): Promise<Row | null> {
    const known = this.waiting.get(keyHash);
    if (known) return known.promise;
    const waiting = {} as Waiting<Row>;
    waiting.promise = new Promise((resolve, reject) => Object.assign(waiting, { resolve, reject }));
    this.waiting.set(keyHash, waiting);
    this.wake(sql);
    return waiting.promise;
  }

  // Nobody waits for the loop's turn to end: one in which thousands of sockets have something to say takes seconds.
  private wake(sql: Sql): void {
    if (this.woken || this.running >= maxParallel) return;
    this.woken = true;
    queueMicrotask(() => {
      this.woken = false;
      this.startAll(sql);
    });
  }

  private startAll(sql: Sql): void {
    while (this.waiting.size > 0 && this.running < maxParallel) void this.start(sql);
  }

  private async start(sql: Sql): Promise<void> {
    const batch = new Map<string, Waiting<Row>>();
    for (const [keyHash, waiting] of this.waiting) {
      batch.set(keyHash, waiting);
      this.waiting.delete(keyHash);
      if (batch.size >= maxKeys) break;
    }
    this.running += 1;
    try {
      for (const row of await this.load(sql, [...batch.keys()])) {
        batch.get(row.keyHash)?.resolve(row);
        batch.delete(row.keyHash);
      }
      for (const { resolve } of batch.values()) resolve(null);
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    } finally {
      this.running -= 1;
      if (this.waiting.size > 0) this.wake(sql);
    }
  }
}
