import { pruneActivities } from "../activities/prune-activities";
import type { SqlContext } from "../context";
import { defineJob, type Job } from "../jobs/define-job";
import { forgetFailedJobs } from "../jobs/forget-failed-jobs";
import { pruneInBatches, PruneProgress, type PruneBatch, type PruneStep } from "./prune-in-batches";
import { keptSince } from "./retention";

const rowsAtATime = 5000;
// Long enough for somebody who reads the log to look at what was tried.
const failedJobDays = 30;

/** Activities and failed jobs go by age. Refused attempts go first: they may fill the table, and say less and less. */
export const pruneActivitySteps: readonly PruneStep[] = [
  {
    name: "refused",
    before: ({ activityDays, signInDays }, now) => keptSince(now, activityDays, signInDays),
    batch: (tx, before) => removeSome(tx, "refused", before),
  },
  { name: "activities", before: ({ activityDays }, now) => keptSince(now, activityDays), batch: (tx, before) => removeSome(tx, "all", before) },
  {
    name: "failed_jobs",
    before: (_retention, now) => keptSince(now, failedJobDays),
    batch: async (tx, before) => whatIsLeft(await forgetFailedJobs(tx, before, rowsAtATime)),
  },
];

// Every old row goes, so the next batch begins at the start of what is left.
async function removeSome(tx: SqlContext, kind: "all" | "refused", before: Date): Promise<PruneBatch> {
  return whatIsLeft(await pruneActivities(tx, kind, before, rowsAtATime));
}

function whatIsLeft(removed: number): PruneBatch {
  return { removed, next: removed === rowsAtATime ? ["", ""] : null };
}

/** Removes activities once they are older than the settings say, a few thousand at a time, and jobs that failed for good a month ago. */
export const pruneActivityLog: Job<PruneProgress> = defineJob({
  name: "retention.prune_activities",
  payload: PruneProgress,
  maxAttempts: 5,
  run: (ctx, progress) => pruneInBatches(ctx, pruneActivityLog, pruneActivitySteps, progress),
});
