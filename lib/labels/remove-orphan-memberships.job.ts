import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { restAfter } from "@/lib/jobs/rest-after";
import { removeOrphanMemberships as declaration, requestOrphanRemoval } from "@/lib/teams/request-orphan-removal";
import { deleteOrphanMemberships } from "./orphan-membership-queries";

const sliceSize = 200;

/** Removes memberships of labels that were deleted or switched off, 200 in a transaction that asks for the next; a crash repeats nothing. Runs by the clock too. */
export const removeOrphanMemberships = implementJob(declaration, async (ctx) => {
  const startedAt = performance.now();
  const removed = await inSqlTransaction(ctx, async (tx) => {
    const count = await deleteOrphanMemberships(tx.sql, sliceSize);
    if (count > 0) await requestOrphanRemoval(tx, declaration);
    return count;
  });
  if (removed > 0) await restAfter(startedAt, { hosts: removed });
});
