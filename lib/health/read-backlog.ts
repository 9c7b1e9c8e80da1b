import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { countWaitingJobs, countWaitingReports, limitStatementTime, type JobBacklog, type ReportBacklog } from "./health-queries";

/** What waits on the whole server at one instant. */
export interface Backlog {
  at: Date;
  jobs: JobBacklog;
  reports: ReportBacklog[];
}

const longestMs = 2000;

/** Counts what waits. @throws what the database says when it takes longer than two seconds */
export function readBacklog(ctx: SqlContext): Promise<Backlog> {
  const at = ctx.now();
  return inSqlTransaction(ctx, async (tx) => {
    await limitStatementTime(tx.sql, longestMs);
    return { at, jobs: await countWaitingJobs(tx.sql, at), reports: await countWaitingReports(tx.sql, at) };
  });
}

/** How long something has waited at an instant, in seconds; 0 when nothing does. */
export function ageInSeconds(oldestAt: Date | null, at: Date): number {
  return oldestAt === null ? 0 : Math.max(0, at.getTime() - oldestAt.getTime()) / 1000;
}
