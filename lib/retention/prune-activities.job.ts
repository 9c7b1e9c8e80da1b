import { pruneActivities } from "../activities/prune-activities";
import type { SqlContext } from "../context";
import { defineJob, type Job } from "../jobs/define-job";
import { pruneInBatches, PruneProgress, type PruneBatch, type PruneStep } from "./prune-in-batches";
import { keptSince } from "./retention";

const rowsAtATime = 5000;

/** Activities that go by age. Refused attempts go first: they may fill the table, and say less and less. */
export const pruneActivitySteps: readonly PruneStep[] = [
  {
    name: "refused",
    before: ({ activityDays, signInDays }, now) => keptSince(now, activityDays, signInDays),
    batch: (tx, before) => removeSome(tx, "refused", before),
  },
  { name: "activities", before: ({ activityDays }, now) => keptSince(now, activityDays), batch: (tx, before) => removeSome(tx, "all", before) },
];

// Every old row goes, so the next batch begins at the start of what is left.
async function removeSome(tx: SqlContext, kind: "all" | "refused", before: Date): Promise<PruneBatch> {
  const removed = await pruneActivities(tx, kind, before, rowsAtATime);
  return { removed, next: removed === rowsAtATime ? ["", ""] : null };
}

/** Removes activities once they are older than the settings say, a few thousand at a time. */
export const pruneActivityLog: Job<PruneProgress> = defineJob({
  name: "retention.prune_activities",
  payload: PruneProgress,
  maxAttempts: 5,
  run: (ctx, progress) => pruneInBatches(ctx, pruneActivityLog, pruneActivitySteps, progress),
});
