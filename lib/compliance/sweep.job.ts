import { z } from "zod";
import type { Context, SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { restAfter } from "@/lib/jobs/rest-after";
import type { ReassessmentCause } from "@/lib/teams/request-reassessment";
import { assessHosts } from "./assess-hosts";
import { heartbeat } from "./heartbeat.job";
import { listHostsInConflict } from "./identity-queries";
import { endHealedFaults } from "./policies-at-fault";
import { findNewestHostId, listDueAssessments, listReturnedHosts, listUnassessedHosts, type DueHost } from "./reassessment-queries";
import { lookAtReport, readReportBack } from "./report-jobs";
import { wakeSendersAt } from "./send-reports-declaration";
import { listDueHeartbeats, listDueLanes, listOverdueLooks } from "./sweep-queries";

const sliceSize = 200;
const overdueMs = 30_000;
const heartbeatSeconds = 6 * 60 * 60;
const heartbeatTryMs = 10 * 60 * 1000;
// What isn't reached stays due and is found a minute later.
const longestMs = 40_000;

/**
 * Every minute: looks again at verdicts that time alone can change (grace, staleness, exceptions), and picks up what a dead worker left behind. What was decided
 * stands in rows, so nothing depends on a job having survived. It assesses 200 hosts in a transaction and rests between them.
 */
export const sweep = defineJob({
  name: "compliance.sweep",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    await wakeReports(ctx);
    await beHeard(ctx);
    await inSqlTransaction(ctx, endHealedFaults);
    const now = ctx.now();
    const until = performance.now() + longestMs;
    await assessSlices<DueHost>(ctx, "grace_ended", until, (tx, after) => listDueAssessments(tx.sql, now, after, sliceSize));
    await assessSlices<HostRef>(ctx, "staleness", until, async (tx, after) => toRefs(await listReturnedHosts(tx.sql, now, after?.id ?? 0, sliceSize)));
    await assessNewHosts(ctx, until);
    const inConflict = toRefs(await listHostsInConflict(ctx.sql));
    await assessSlices<HostRef>(ctx, "identity_changed", until, async (_tx, after) =>
      inConflict.slice(after ? inConflict.indexOf(after) + 1 : 0).slice(0, sliceSize),
    );
  },
});

interface HostRef {
  id: number;
}

const toRefs = (hostIds: number[]): HostRef[] => hostIds.map((id) => ({ id }));

async function wakeReports(ctx: Context): Promise<void> {
  const now = ctx.now();
  for (const connectionId of await listDueLanes(ctx.sql, now)) await wakeSendersAt(ctx, connectionId, now);
  for (const { id, state } of await listOverdueLooks(ctx.sql, new Date(now.getTime() - overdueMs), 10_000)) {
    if (state === "submitted") await lookAtReport(ctx, id, now);
    else await readReportBack(ctx, id);
  }
}

/** Assesses what `list` finds, slice by slice, until it finds no more or the time is up. @returns whether all were reached */
async function assessSlices<Ref extends HostRef>(
  ctx: Context,
  cause: ReassessmentCause,
  until: number,
  list: (tx: SqlContext, after: Ref | null) => Promise<Ref[]>,
): Promise<boolean> {
  for (let after: Ref | null = null; performance.now() < until;) {
    const startedAt = performance.now();
    const found: Ref[] = await inSqlTransaction(ctx, async (tx) => {
      const refs = await list(tx, after);
      const hostIds = refs.map(({ id }) => id);
      await assessHosts(tx, hostIds, cause, tx.now());
      return refs;
    });
    after = found.at(-1) ?? null;
    if (found.length < sliceSize || after === null) return true;
    await restAfter(startedAt);
  }
  return false;
}

const shared = globalThis as unknown as { flotillaAssessedHosts?: { upTo: number; newest: number } };

// A host once assessed stays so: this process looks only at those that came since. One that enrolled in a transaction still open then has an id from before the last run.
async function assessNewHosts(ctx: Context, until: number): Promise<void> {
  const known = (shared.flotillaAssessedHosts ??= { upTo: 0, newest: 0 });
  const newest = await findNewestHostId(ctx.sql);
  const done = await assessSlices<HostRef>(ctx, "connection_changed", until, async (tx, after) =>
    toRefs(await listUnassessedHosts(tx.sql, after?.id ?? known.upTo, sliceSize)),
  );
  if (done) shared.flotillaAssessedHosts = { upTo: known.newest, newest };
}

async function beHeard(ctx: Context): Promise<void> {
  const now = ctx.now();
  for (const connectionId of await listDueHeartbeats(ctx.sql, now, heartbeatSeconds)) {
    // One try in ten minutes, also when the last one's worker died.
    const key = `heartbeat:${connectionId}:${Math.floor(now.getTime() / heartbeatTryMs)}`;
    await enqueue(ctx, heartbeat, { connectionId }, { key, keyMode: "unsafe_dedupe" });
  }
}
