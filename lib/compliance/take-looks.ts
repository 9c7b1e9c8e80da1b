import type { Context } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { findLiveReport, takeDueLooks, takeLookAt, type DeliveryRow } from "./delivery-queries";
import { mostInOneQuestion } from "./entra/provider";
import { lookAtReport, readReportBack } from "./report-jobs";
import { lookGapsMs } from "./report-schedule";

/**
 * Takes one look at the fate of a report in this state, and those that are due at others beside it, at most as many as one question can be about. Nobody else has
 * the same looks, and the next ones are on record before these can die. Empty when the report moved on or somebody was faster; the report itself comes first.
 */
export async function takeLooks(ctx: Context, reportId: string, state: keyof typeof lookGapsMs): Promise<DeliveryRow[]> {
  const seen = await findLiveReport(ctx.sql, reportId);
  if (seen?.state !== state) return [];
  return inSqlTransaction(ctx, async (tx) => {
    const now = tx.now();
    const nextAt = new Date(now.getTime() + (lookGapsMs[state][seen.polls] ?? 60_000));
    const own = await takeLookAt(tx.sql, seen, nextAt);
    if (!own) return [];
    const beside = await takeDueLooks(tx.sql, seen, now, lookGapsMs[state], mostInOneQuestion - 1);
    for (const { id, nextAttemptAt } of [{ id: own.id, nextAttemptAt: nextAt }, ...beside]) {
      if (state === "submitted") await lookAtReport(tx, id, nextAttemptAt);
      else await readReportBack(tx, id, nextAttemptAt);
    }
    return [own, ...beside];
  });
}
