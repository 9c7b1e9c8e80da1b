import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { getLogger } from "@/lib/log";
import { observeBatch } from "@/lib/metrics/observe-batch";
import { agentContext } from "./agent-context";
import type { CheckIn } from "./plan-check-in";
import { storeCheckIns } from "./store-check-ins";

const maxBatch = 100;
const maxParallel = 2;
/** Class 22 and 23: the data itself is refused, and would be again. */
const refusedData = /^2[23]/;
/** Serialisation, deadlock, and a policy or host that was deleted meanwhile. */
const worthRepeating = new Set(["40001", "40P01", "23503"]);

interface Waiting {
  ctx: SqlContext;
  checkIn: CheckIn;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Check-ins that arrive together are stored together, in one transaction; each answer waits for its commit. */
class CheckInBatcher {
  private waiting: Waiting[] = [];
  private readonly busyHosts = new Set<number>();
  private running = 0;
  private woken = false;

  /** Stores a check-in together with others that wait; resolves after its commit. */
  add(ctx: SqlContext, checkIn: CheckIn): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ctx, checkIn, resolve, reject });
      this.wake();
    });
  }

  // What arrived in the same turn of the loop shares a batch. A whole batch doesn't wait for the turn to end: one in which thousands of sockets have something to
  // say takes seconds.
  private wake(): void {
    if (this.running >= maxParallel) return;
    if (this.waiting.length >= maxBatch) this.startAll();
    else if (!this.woken) {
      this.woken = true;
      setImmediate(() => {
        this.woken = false;
        this.startAll();
      });
    }
  }

  private startAll(): void {
    while (this.running < maxParallel && this.start());
  }

  private start(): boolean {
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const one of this.waiting) {
      const { hostId } = one.checkIn.record;
      // One check-in of a host at a time, in the order they came.
      if (batch.length < maxBatch && !this.busyHosts.has(hostId)) {
        this.busyHosts.add(hostId);
        batch.push(one);
      } else rest.push(one);
    }
    this.waiting = rest;
    if (batch.length === 0) return false;
    this.running += 1;
    observeBatch(batch.length);
    void this.store(batch).finally(() => {
      this.running -= 1;
      for (const one of batch) this.busyHosts.delete(one.checkIn.record.hostId);
      if (this.waiting.length > 0) this.wake();
    });
    return true;
  }

  private async store(batch: Waiting[]): Promise<void> {
    try {
      await storeTogether(
        batch[0]?.ctx as SqlContext,
        batch.map((one) => one.checkIn),
      );
      for (const one of batch) one.resolve();
    } catch (error) {
      if (batch.length === 1) return this.storeAlone(batch[0] as Waiting, error);
      // One of them may be the cause: the others must not pay for it.
      for (const one of batch) await this.storeAlone(one, undefined);
    }
  }

  private async storeAlone(one: Waiting, failed: unknown): Promise<void> {
    let error = failed;
    for (let attempt = failed === undefined ? 0 : 1; attempt < 3; attempt += 1) {
      if (error !== undefined && !worthRepeating.has(sqlState(error))) break;
      try {
        await storeTogether(one.ctx, [one.checkIn]);
        return one.resolve();
      } catch (cause) {
        error = cause;
      }
    }
    if (!refusedData.test(sqlState(error))) return one.reject(error);
    await storeParts(one, error);
    one.resolve();
  }
}

function storeTogether(ctx: SqlContext, checkIns: CheckIn[]): Promise<void> {
  // Every context has its own time; a batch takes that of the first that came.
  const tx = agentContext(ctx);
  return inSqlTransaction(tx, (inside) => storeCheckIns(inside, checkIns));
}

// The agent would send refused data again for ever: keep each part that can be kept, and say what couldn't.
async function storeParts({ ctx, checkIn }: Waiting, cause: unknown): Promise<void> {
  const { record } = checkIn;
  const nothing: CheckIn = {
    ...checkIn,
    record: { hostId: record.hostId, details: {}, detailsDigest: "" },
    identity: undefined,
    joinedLabels: [],
    leftLabels: [],
    answers: [],
    endedPolicies: [],
  };
  const parts: CheckIn[] = [
    { ...nothing, record: { ...record, detailsDigest: "" } },
    { ...nothing, identity: checkIn.identity },
    { ...nothing, joinedLabels: checkIn.joinedLabels, leftLabels: checkIn.leftLabels },
    { ...nothing, endedPolicies: checkIn.endedPolicies },
    ...checkIn.answers.map((answer) => ({ ...nothing, answers: [answer] })),
  ];
  let refused = 0;
  for (const part of parts) {
    try {
      await storeTogether(ctx, [part]);
    } catch (error) {
      if (!refusedData.test(sqlState(error))) throw error;
      refused += 1;
    }
  }
  getLogger().error(
    { "host.id": record.hostId, "parts.refused": refused, "error.message": (cause as Error).message },
    "the database refused a part of a check-in; the rest was stored",
  );
}

function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

const shared = globalThis as unknown as { flotillaCheckIns?: CheckInBatcher };

/** The thread's one batcher. */
export function checkInBatcher(): CheckInBatcher {
  return (shared.flotillaCheckIns ??= new CheckInBatcher());
}
