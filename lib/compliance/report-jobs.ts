import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { declareJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";

const payload = z.object({ reportId: z.uuid() });

/** Asks Microsoft once what became of a message. Its work stands in check-report.job.ts. */
export const checkReport = declareJob({ name: "compliance.check_report", payload, maxAttempts: 5 });

/** Asks Entra once what it says about a device. Its work stands in read-back-report.job.ts. */
export const readBackReport = declareJob({ name: "compliance.read_back", payload, maxAttempts: 5 });

/** Asks for a look at a message's fate at `at`; one waits at most. */
export async function lookAtReport(ctx: Pick<SqlContext, "sql">, reportId: string, at: Date): Promise<void> {
  await enqueue(ctx, checkReport, { reportId }, { key: `check:${reportId}`, runAt: at, priority: -4 });
}

/** Asks for a read-back, now or at `at`; one waits at most. */
export async function readReportBack(ctx: Pick<SqlContext, "sql">, reportId: string, at?: Date): Promise<void> {
  await enqueue(ctx, readBackReport, { reportId }, { key: `read:${reportId}`, ...(at && { runAt: at }), priority: -3 });
}
