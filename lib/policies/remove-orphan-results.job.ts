import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { restAfter } from "@/lib/jobs/rest-after";
import { removeOrphanResults as declaration, requestOrphanRemoval } from "@/lib/teams/request-orphan-removal";
import { deleteOrphanResults } from "./orphan-result-queries";

// Each of a policy's results lies on a page of its own, which after a checkpoint is written to the log whole: so many are 2 MB.
const sliceSize = 200;
/** Nobody waits for it. */
const leastRestMs = 1000;

/** Removes results of deleted policies, 200 in a transaction that asks for the next; a crash repeats nothing. Runs by the clock too, for what a check-in in flight left. */
export const removeOrphanResults = implementJob(declaration, async (ctx) => {
  const startedAt = performance.now();
  const removed = await inSqlTransaction(ctx, async (tx) => {
    const count = await deleteOrphanResults(tx.sql, sliceSize);
    if (count > 0) await requestOrphanRemoval(tx, declaration);
    return count;
  });
  if (removed === sliceSize) await restAfter(startedAt, { leastMs: leastRestMs });
});
