import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { declareJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";

/** Takes a connection through its setup. Its work stands in connect-tenant.job.ts. */
export const connectTenantJob = declareJob({ name: "entra.connect_tenant", payload: z.object({ connectionId: z.number().int() }), maxAttempts: 10 });

/** Lets the setup job go on at a time, now without one; a job that waits already is moved. */
export async function wakeSetup(ctx: SqlContext, connectionId: number, at?: Date): Promise<void> {
  const options = { key: `entra.connect_tenant:${connectionId}`, priority: -5 };
  await enqueue(ctx, connectTenantJob, { connectionId }, at ? { ...options, runAt: at } : options);
}
