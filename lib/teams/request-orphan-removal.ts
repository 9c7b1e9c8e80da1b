import { z } from "zod";
import type { SqlContext } from "../context";
import { declareJob, type JobDeclaration } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";

/** Removes hosts' results of policies that are gone, some at a time. Its work stands in lib/policies. */
export const removeOrphanResults = declareJob({ name: "policies.remove_orphan_results", payload: z.object({}), maxAttempts: 25 });

/** Removes hosts' memberships of labels that are gone or switched off, some at a time. Its work stands in lib/labels. */
export const removeOrphanMemberships = declareJob({ name: "labels.remove_orphan_memberships", payload: z.object({}), maxAttempts: 25 });

/** Asks for what hangs on deleted rows to be removed, in the transaction that deletes them. Nothing reads it any more, so it can wait. */
export async function requestOrphanRemoval(ctx: Pick<SqlContext, "sql">, ...jobs: JobDeclaration<Record<string, never>>[]): Promise<void> {
  // Of two that wait the later would find nothing to do.
  for (const job of jobs) await enqueue(ctx, job, {}, { key: job.name, priority: 10 });
}
