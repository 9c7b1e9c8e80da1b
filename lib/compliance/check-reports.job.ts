import type { Context } from "@/lib/context";
import { implementJob } from "@/lib/jobs/define-job";
import { takeDueLooks, type DeliveryRow } from "./delivery-queries";
import { mostInOneQuestion } from "./entra/provider";
import { learnFates } from "./learn-fates";
import { checkReports as declaration, lookAtReport, lookAtReports } from "./report-jobs";
import { lookGapsMs } from "./report-schedule";

const longestRunMs = 20_000;

/**
 * Asks what became of all messages of a connection whose time has come, as many at once as one question can be about. One that Microsoft has no word on yet gets a
 * job of its own; what a dead worker had in hand is found by the sweep.
 */
export const checkReports = implementJob(declaration, async (ctx, { connectionId }) => {
  const startedAt = Date.now();
  for (;;) {
    const reports = await takeDueLooks(ctx.sql, { connectionId, state: "submitted" }, ctx.now(), lookGapsMs.submitted, mostInOneQuestion);
    if (reports.length === 0) return;
    const learnt = await learnFates(ctx, reports);
    await askAgain(
      ctx,
      reports.filter(({ id }) => !learnt.has(id)),
    );
    if (learnt.size === 0) return;
    if (Date.now() - startedAt > longestRunMs) return lookAtReports(ctx, connectionId, ctx.now());
  }
});

async function askAgain(ctx: Context, reports: readonly (DeliveryRow & { nextAttemptAt: Date })[]): Promise<void> {
  for (const { id, nextAttemptAt } of reports) await lookAtReport(ctx, id, nextAttemptAt);
}
