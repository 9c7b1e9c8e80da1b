import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { declareJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";

/** Sends what waits for a connection, most urgent first, until nothing is due. Its work stands in send-reports.job.ts. */
export const sendReports = declareJob({
  name: "compliance.send_report",
  payload: z.object({ connectionId: z.number().int() }),
  maxAttempts: 25,
});

/**
 * Wakes a connection's senders, in the transaction that wrote the reports.
 * @param pid the database connection that writes: two transactions at once never wait for each other's wake-up, and many in a row share one
 */
export async function wakeSenders(ctx: Pick<SqlContext, "sql">, connectionId: number, pid: number): Promise<void> {
  await enqueue(ctx, sendReports, { connectionId }, { key: `send:${connectionId}:${pid}`, priority: -5 });
}

/** Wakes a connection's senders at `at`; wake-ups in the same second are one. */
export async function wakeSendersAt(ctx: Pick<SqlContext, "sql">, connectionId: number, at: Date): Promise<void> {
  const second = Math.ceil(at.getTime() / 1000);
  await enqueue(ctx, sendReports, { connectionId }, { key: `send:${connectionId}:at:${second}`, keyMode: "preserve_run_at", runAt: at, priority: -5 });
}
