import { defineJob, type Job } from "@/lib/jobs/define-job";
import { pruneInBatches, PruneProgress, type PruneStep } from "@/lib/retention/prune-in-batches";
import { keptSince } from "@/lib/retention/retention";
import {
  deleteEndedAttention,
  deleteFormerDevices,
  deleteOldEntraUsers,
  deleteOldRepeats,
  deleteOldReports,
  deleteOldTransitions,
} from "./prune-history-queries";

// A report has four or five events, which go with it.
const reportsAtATime = 1000;
const rowsAtATime = 5000;
// Looked up anew after a day anyway.
const entraUserDays = 30;

/** What goes by age, in the order in which it goes: reports before the devices they are about. */
export const pruneHistorySteps: readonly PruneStep[] = [
  {
    name: "repeats",
    before: ({ reportDays, repeatDays }, now) => keptSince(now, reportDays, repeatDays),
    batch: (tx, before, after) => deleteOldRepeats(tx.sql, before, after, reportsAtATime),
  },
  {
    name: "reports",
    before: ({ reportDays }, now) => keptSince(now, reportDays),
    batch: (tx, before, after) => deleteOldReports(tx.sql, before, after, reportsAtATime),
  },
  {
    name: "devices",
    before: ({ reportDays }, now) => keptSince(now, reportDays),
    batch: (tx, before, after) => deleteFormerDevices(tx.sql, before, after, rowsAtATime),
  },
  {
    name: "attention",
    before: ({ reportDays }, now) => keptSince(now, reportDays),
    batch: (tx, before, after) => deleteEndedAttention(tx.sql, before, after, rowsAtATime),
  },
  {
    name: "transitions",
    before: ({ transitionDays }, now) => keptSince(now, transitionDays),
    batch: (tx, before, after) => deleteOldTransitions(tx.sql, before, after, rowsAtATime),
  },
  {
    name: "entra_users",
    before: (_retention, now) => keptSince(now, entraUserDays),
    batch: (tx, before) => deleteOldEntraUsers(tx.sql, before, rowsAtATime),
  },
];

/** Removes reports, changes of access and what belongs to them once they are older than the settings say, a few thousand at a time. */
export const pruneHistory: Job<PruneProgress> = defineJob({
  name: "compliance.prune_history",
  payload: PruneProgress,
  maxAttempts: 5,
  run: (ctx, progress) => pruneInBatches(ctx, pruneHistory, pruneHistorySteps, progress),
});
