import { getLogger } from "@/lib/log";

const everyMs = 100;
const mostAtOnce = 100;
/** One deed changes a host several times: a check-in brings results, a verdict and the news of both. A host asks every few seconds. */
const settleMs = 500;

interface Noted {
  keyHash: string;
  /** By performance.now(). */
  at: number;
}

/**
 * Reads hosts again that changed, before they ask: who comes while it is being done waits for the database, and where an admin's deed changes some hundred hosts a
 * second, all who come after one would. What changes twice within half a second is read once; at most 1,000 hosts a second, those that changed longest ago first.
 */
export class HostRereads {
  private readonly waiting = new Map<number, Noted>();
  private reading: ReadonlyMap<number, string> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private dueAt = 0;

  constructor(private readonly read: (keyHash: string) => Promise<unknown>) {}

  /** The sha256 of the key by which a host will be read, or is being read. */
  keyOf(hostId: number): string | undefined {
    return this.waiting.get(hostId)?.keyHash ?? this.reading.get(hostId);
  }

  /** Has a host read again. */
  note(hostId: number, keyHash: string): void {
    if (!this.waiting.has(hostId)) this.waiting.set(hostId, { keyHash, at: performance.now() });
    this.wake();
    // A loop that is full runs its timers seconds late, while every host that isn't read yet makes it fuller.
    if (this.timer !== undefined && performance.now() > this.dueAt) void this.run();
  }

  /** Says that a host has been read. */
  forget(hostId: number): void {
    this.waiting.delete(hostId);
  }

  /** Forgets all that wait. */
  clear(): void {
    this.waiting.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wake(): void {
    if (this.reading.size > 0 || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.run(), everyMs).unref();
    this.dueAt = performance.now() + everyMs;
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const settledBy = performance.now() - settleMs;
    const next = new Map<number, string>();
    for (const [hostId, { keyHash, at }] of this.waiting) {
      if (next.size >= mostAtOnce || at > settledBy) break;
      next.set(hostId, keyHash);
      this.waiting.delete(hostId);
    }
    this.reading = next;
    const results = await Promise.allSettled([...next.values()].map((keyHash) => this.read(keyHash)));
    this.reading = new Map();
    const failed = results.filter((result) => result.status === "rejected");
    if (failed[0])
      getLogger().warn(
        { "hosts.count": failed.length, "error.message": String(failed[0].reason) },
        "hosts that changed couldn't be read ahead; they are read when they ask",
      );
    if (this.waiting.size > 0) this.wake();
  }
}
