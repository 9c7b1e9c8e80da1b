import { z } from "zod";
import type { Context, SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import type { ReassessmentCause } from "@/lib/teams/request-reassessment";
import { assessHosts } from "./assess-hosts";
import { heartbeat } from "./heartbeat.job";
import { listHostsInConflict } from "./identity-queries";
import { endHealedFaults } from "./policies-at-fault";
import { listDueAssessments, listReturnedHosts, listUnassessedHosts } from "./reassessment-queries";
import { lookAtReport, readReportBack } from "./report-jobs";
import { wakeSendersAt } from "./send-reports-declaration";
import { listDueHeartbeats, listDueLanes, listOverdueLooks } from "./sweep-queries";

const slice = 500;
const overdueMs = 30_000;
const heartbeatSeconds = 6 * 60 * 60;
const heartbeatTryMs = 10 * 60 * 1000;

/**
 * Every minute: looks again at verdicts that time alone can change (grace, staleness, exceptions), and picks up what a dead worker left behind. What was decided
 * stands in rows, so nothing depends on a job having survived.
 */
export const sweep = defineJob({
  name: "compliance.sweep",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    await wakeReports(ctx);
    const now = ctx.now();
    await assessSlices(ctx, "grace_ended", (tx, after) => listDueAssessments(tx.sql, now, after, slice));
    await assessSlices(ctx, "staleness", (tx, after) => listReturnedHosts(tx.sql, now, after, slice));
    await assessSlices(ctx, "connection_changed", (tx, after) => listUnassessedHosts(tx.sql, after, slice));
    await inSqlTransaction(ctx, async (tx) => assessHosts(tx, await listHostsInConflict(tx.sql), "identity_changed", now));
    await inSqlTransaction(ctx, endHealedFaults);
    await beHeard(ctx);
  },
});

async function wakeReports(ctx: Context): Promise<void> {
  const now = ctx.now();
  for (const connectionId of await listDueLanes(ctx.sql, now)) await wakeSendersAt(ctx, connectionId, now);
  for (const { id, state } of await listOverdueLooks(ctx.sql, new Date(now.getTime() - overdueMs), 10_000)) {
    if (state === "submitted") await lookAtReport(ctx, id, now);
    else await readReportBack(ctx, id);
  }
}

async function assessSlices(ctx: Context, cause: ReassessmentCause, list: (tx: SqlContext, after: number) => Promise<number[]>): Promise<void> {
  for (let after = 0; ;) {
    const hostIds = await inSqlTransaction(ctx, async (tx) => {
      const found = await list(tx, after);
      await assessHosts(tx, found, cause, tx.now());
      return found;
    });
    const last = hostIds.at(-1);
    if (hostIds.length < slice || last === undefined) return;
    after = last;
  }
}

async function beHeard(ctx: Context): Promise<void> {
  const now = ctx.now();
  for (const connectionId of await listDueHeartbeats(ctx.sql, now, heartbeatSeconds)) {
    // One try in ten minutes, also when the last one's worker died.
    const key = `heartbeat:${connectionId}:${Math.floor(now.getTime() / heartbeatTryMs)}`;
    await enqueue(ctx, heartbeat, { connectionId }, { key, keyMode: "unsafe_dedupe" });
  }
}
