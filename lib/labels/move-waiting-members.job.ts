import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { declareJob, implementJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { restAfter } from "@/lib/jobs/rest-after";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { deleteMembers, insertMembers, listPoliciesUsingLabel } from "./label-queries";
import { takeMemberChanges } from "./member-change-queries";

const declaration = declareJob({ name: "labels.move_waiting_members", payload: z.object({}), maxAttempts: 25 });
const sliceSize = 200;

/** Has the changes of members that wait carried out, in the transaction that wrote them down. */
export async function requestMemberMoves(ctx: Pick<SqlContext, "sql">): Promise<void> {
  await enqueue(ctx, declaration, {}, { key: declaration.name, queue: declaration.name, priority: -10 });
}

/** Puts hosts into manual labels and takes them out, 200 in a transaction that asks for the next; verdicts follow where the label narrows a policy. */
export const moveWaitingMembers = implementJob(declaration, async (ctx) => {
  const startedAt = performance.now();
  const taken = await inSqlTransaction(ctx, async (tx) => {
    const changes = await takeMemberChanges(tx.sql, sliceSize);
    if (changes.length === 0) return 0;
    await requestMemberMoves(tx);
    for (const labelId of new Set(changes.map((change) => change.labelId))) {
      const of = (joins: boolean) => changes.filter((change) => change.labelId === labelId && change.joins === joins).map(({ hostId }) => hostId);
      await moveMembers(tx, labelId, { add: of(true), remove: of(false) });
    }
    return changes.length;
  });
  if (taken > 0) await restAfter(startedAt, { hosts: taken });
});

/** Puts hosts into a label and takes others out, in the caller's transaction; answers how many moved. Hosts and labels that are gone are passed over. */
export async function moveMembers(tx: SqlContext, labelId: number, { add, remove }: { add: number[]; remove: number[] }): Promise<number> {
  const moved = [...(await insertMembers(tx.sql, labelId, add, tx.now())), ...(await deleteMembers(tx.sql, labelId, remove))];
  if (moved.length > 0 && (await listPoliciesUsingLabel(tx.sql, null, labelId)).length > 0) {
    await requestReassessment(tx, { hostIds: moved }, "label_changed");
  }
  return moved.length;
}
