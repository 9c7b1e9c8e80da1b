import { z } from "zod";
import { userActor } from "@/lib/auth/user-actor";
import type { Actor, SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { declareJob, implementJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { restAfter } from "@/lib/jobs/rest-after";
import { forgetHosts } from "./forget-hosts";
import { listHostBriefs } from "./host-read-queries";

/** Who asked, for the activities alone: whether they may was settled then. */
const Asker = z.object({ id: z.number().int(), name: z.string(), email: z.string(), address: z.string() });
const declaration = declareJob({
  name: "hosts.delete_waiting_hosts",
  payload: z.object({ hostIds: z.array(z.number().int()).min(1), asker: Asker.nullable() }),
  maxAttempts: 25,
});
// A host has a result of every policy: a transaction deletes some ten thousand rows.
const hostsPerJob = 50;

/** Has hosts deleted as the caller's deed, some in a transaction, in the transaction that found that they may. */
export async function requestHostDeletion(ctx: SqlContext, hostIds: readonly number[]): Promise<void> {
  const { actor } = ctx;
  const asker = actor.kind === "user" ? { id: actor.userId, name: actor.name, email: actor.email, address: actor.address } : null;
  for (let start = 0; start < hostIds.length; start += hostsPerJob) {
    await enqueue(ctx, declaration, { hostIds: hostIds.slice(start, start + hostsPerJob), asker }, { queue: declaration.name, priority: 5 });
  }
}

/** Deletes the hosts of one part; the parts follow each other. */
export const deleteWaitingHosts = implementJob(declaration, async (ctx, { hostIds, asker }) => {
  const startedAt = performance.now();
  const actor: Actor = asker ? userActor({ ...asker, globalRole: "none" }, asker.address) : { kind: "server" };
  await inSqlTransaction({ ...ctx, actor }, async (tx) => forgetHosts(tx, await listHostBriefs(tx.sql, { teamIds: null, hostIds }, tx.now())));
  await restAfter(startedAt);
});
