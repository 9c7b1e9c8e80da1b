import type { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { restAfter } from "@/lib/jobs/rest-after";
import { takeBackJob } from "@/lib/jobs/take-back-job";
import { reassessHosts as declaration, reassessmentKey, reassessmentQueue } from "@/lib/teams/request-reassessment";
import { assessHosts } from "./assess-hosts";
import { listHostsInScope } from "./reassessment-queries";

type Pass = z.infer<typeof declaration.payload>;

// A slice holds its hosts' rows for some tens of milliseconds.
const sliceSize = 100;

/** Decides again about every host in scope, 100 in a transaction; each slice asks for the next in its own, so a crash repeats one slice at most. */
export const reassessHosts = implementJob(declaration, async (ctx, payload) => {
  const startedAt = performance.now();
  const goesOn = await inSqlTransaction(ctx, (tx) => reassessSlice(tx, payload));
  if (goesOn) await restAfter(startedAt);
});

async function reassessSlice(tx: SqlContext, payload: Pass): Promise<boolean> {
  const pass = await join(tx, payload);
  const { scope, cause, causedAt, afterHostId, fromHostId = 0 } = pass;
  const upTo = afterHostId < fromHostId ? fromHostId : null;
  const hostIds = await listHostsInScope(tx.sql, scope, cause, { after: afterHostId, upTo }, sliceSize);
  await assessHosts(tx, hostIds, cause, new Date(causedAt));
  const next = placeAfter(hostIds, upTo, fromHostId);
  if (next === null) return false;
  const key = nextKey(pass);
  await enqueue(tx, declaration, { ...pass, afterHostId: next }, { priority: -10, ...(key && { key, queue: reassessmentQueue }) });
  return true;
}

/** Makes one pass of this one and of another about the same hosts that waits: it goes on from where the older stands, for the newer's cause, and comes round. */
async function join(tx: SqlContext, pass: Pass): Promise<Pass> {
  const key = reassessmentKey(pass.scope, pass.cause);
  if (key === null) return pass;
  const isNew = pass.afterHostId === 0 && !pass.fromHostId;
  const other = await takeBackJob(tx, declaration, isNew ? (nextKey(pass) ?? key) : key);
  if (!other) return pass;
  const [older, newer] = isNew ? [other, pass] : [pass, other];
  return { ...newer, afterHostId: older.afterHostId, fromHostId: older.afterHostId };
}

// Where the next slice begins; null when all are through.
function placeAfter(hostIds: number[], upTo: number | null, fromHostId: number): number | null {
  const last = hostIds.at(-1);
  if (hostIds.length === sliceSize && last !== undefined && last !== upTo) return last;
  return upTo === null && fromHostId > 0 ? 0 : null;
}

// A pass under way has a key of its own: a new request must neither throw it back to its start nor be lost in it.
function nextKey({ scope, cause }: Pass): string | null {
  const key = reassessmentKey(scope, cause);
  return key && `${key}:next`;
}
