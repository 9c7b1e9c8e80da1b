import { z } from "zod";
import type { Context, SqlContext } from "../context";
import { inSqlTransaction } from "../db/transaction";
import type { Job } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";
import { findRetention } from "./find-retention";
import type { Retention } from "./retention";

/** Where a removal stands in its table: the sort value and the id of the row it looked at last, as text. */
export type PruneCursor = [at: string, id: string];

/** What one batch did: rows removed, and where to go on; null at the end. */
export interface PruneBatch {
  removed: number;
  next: PruneCursor | null;
}

/** One kind of history that goes by age. */
export interface PruneStep {
  name: string;
  /** The instant before which rows go; null keeps all. */
  before(retention: Retention, now: Date): Date | null;
  /** Looks at the next few thousand rows behind `after` and removes those that may go, in the caller's transaction. */
  batch(tx: SqlContext, before: Date, after: PruneCursor | null): Promise<PruneBatch>;
}

/** What a removal carries from one batch to the next; empty at its start. */
export const PruneProgress = z.object({
  step: z.string().optional(),
  after: z.tuple([z.string(), z.string()]).optional(),
  removed: z.number().default(0),
});
export type PruneProgress = z.infer<typeof PruneProgress>;

// Between two batches others get their turn: check-ins matter more than space.
const pauseMs = 500;

/**
 * Runs one batch of a removal and asks for the next one in the same transaction, step after step. Nothing is held between two batches; what a crash
 * cuts off is taken up where it stood, or the next night.
 */
export async function pruneInBatches(ctx: Context, job: Job<PruneProgress>, steps: readonly PruneStep[], progress: PruneProgress): Promise<void> {
  const index = progress.step === undefined ? 0 : steps.findIndex(({ name }) => name === progress.step);
  const step = steps[index];
  if (!step) return;
  await inSqlTransaction(ctx, async (tx) => {
    const before = step.before(await findRetention(tx), tx.now());
    const { removed, next } = before ? await step.batch(tx, before, progress.after ?? null) : { removed: 0, next: null };
    const total = progress.removed + removed;
    if (next) return goOn(tx, job, { step: step.name, after: next, removed: total });
    if (total > 0) tx.log.info({ "prune.step": step.name, "prune.rows": total, "prune.before": before }, "old rows were removed");
    const following = steps[index + 1];
    if (following) await goOn(tx, job, { step: following.name, removed: 0 });
  });
}

async function goOn(tx: SqlContext, job: Job<PruneProgress>, progress: PruneProgress): Promise<void> {
  // One key: a night that begins while the last one's backlog is still going takes its place and looks from the start.
  await enqueue(tx, job, progress, { key: job.name, runAt: new Date(tx.now().getTime() + pauseMs), priority: 10 });
}
