import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { declareJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";

const payload = z.object({ reportId: z.uuid() });

/** Asks Microsoft once what became of a message. Its work stands in check-report.job.ts. */
export const checkReport = declareJob({ name: "compliance.check_report", payload, maxAttempts: 5 });

/** Asks Microsoft what became of all messages of a connection whose time has come. Its work stands in check-reports.job.ts. */
export const checkReports = declareJob({ name: "compliance.check_reports", payload: z.object({ connectionId: z.number().int() }), maxAttempts: 5 });

/** Asks Entra once what it says about a device. Its work stands in read-back-report.job.ts. */
export const readBackReport = declareJob({ name: "compliance.read_back", payload, maxAttempts: 5 });

/** Asks for a look at a message's fate at `at`; one waits at most. */
export async function lookAtReport(ctx: Pick<SqlContext, "sql">, reportId: string, at: Date): Promise<void> {
  await enqueue(ctx, checkReport, { reportId }, { key: `check:${reportId}`, runAt: at, priority: -4 });
}

// So many workers look at what became due at the same instant.
const looksBesideEachOther = 2;

/** Asks for a look, at `at`, at all messages of a connection that are due by then. `lot` spreads the messages over two jobs; which takes which is all the same. */
export async function lookAtReports(ctx: Pick<SqlContext, "sql">, connectionId: number, at: Date, lot = 0): Promise<void> {
  const key = `check:${connectionId}:${at.getTime()}:${lot % looksBesideEachOther}`;
  await enqueue(ctx, checkReports, { connectionId }, { key, runAt: at, priority: -4 });
}

/** Asks for a read-back, now or at `at`; one waits at most. */
export async function readReportBack(ctx: Pick<SqlContext, "sql">, reportId: string, at?: Date): Promise<void> {
  await enqueue(ctx, readBackReport, { reportId }, { key: `read:${reportId}`, ...(at && { runAt: at }), priority: -3 });
}
