import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { reassessHosts as declaration } from "@/lib/teams/request-reassessment";
import { assessHosts } from "./assess-hosts";
import { listHostsInScope } from "./reassessment-queries";

const sliceSize = 500;

/** Decides again about every host in scope, 500 in a transaction; each slice asks for the next in its own, so a crash repeats one slice at most. */
export const reassessHosts = implementJob(declaration, async (ctx, { scope, cause, causedAt, afterHostId }) => {
  await inSqlTransaction(ctx, async (tx) => {
    const hostIds = await listHostsInScope(tx.sql, scope, afterHostId, sliceSize);
    await assessHosts(tx, hostIds, cause, new Date(causedAt));
    const last = hostIds.at(-1);
    if (hostIds.length < sliceSize || last === undefined) return;
    await enqueue(tx, declaration, { scope, cause, causedAt, afterHostId: last }, { priority: -10 });
  });
});
