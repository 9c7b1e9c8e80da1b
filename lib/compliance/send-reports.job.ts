import type { Context } from "@/lib/context";
import { implementJob } from "@/lib/jobs/define-job";
import { claimReport } from "./claim-report";
import { deliverReport } from "./deliver-report";
import { findNextDue } from "./delivery-queries";
import { findConnectionRow } from "./entra/connection-queries";
import { laneWidth } from "./report-schedule";
import { sendReports as declaration, wakeSendersAt } from "./send-reports-declaration";
import { takeSendToken } from "./send-rate";

// A worker's slot isn't held for ever while a flood drains: the lane goes on in a job of its own.
const longestRunMs = 20_000;
const mostPerRun = 1000;

/**
 * Sends what waits for a connection, up to four at a time, always the most urgent next, until nothing is due or Microsoft asks for a pause; then it wakes
 * itself when the next report is due. Several may run at once: each report is claimed in the database.
 */
export const sendReports = implementJob(declaration, async (ctx, { connectionId }) => {
  const lane: Lane = { connectionId, startedAt: Date.now(), sent: 0, wakeAt: null };
  await Promise.all(Array.from({ length: laneWidth }, () => sendOneAfterAnother(ctx, lane)));
  const now = ctx.now();
  const at = lane.wakeAt ?? (await findNextDue(ctx.sql, connectionId, now));
  if (at) await wakeSendersAt(ctx, connectionId, at > now ? at : now);
});

interface Lane {
  connectionId: number;
  startedAt: number;
  sent: number;
  /** Set when the lane has to stop although reports are due. */
  wakeAt: Date | null;
}

async function sendOneAfterAnother(ctx: Context, lane: Lane): Promise<void> {
  while (lane.wakeAt === null) {
    if (lane.sent >= mostPerRun || Date.now() - lane.startedAt > longestRunMs) return stop(lane, ctx.now());
    const waitMs = takeSendToken(lane.connectionId, ctx.now());
    if (waitMs > 0) return stop(lane, new Date(ctx.now().getTime() + waitMs));
    const claim = await claimReport(ctx, lane.connectionId);
    if (claim.kind === "again") continue;
    if (claim.kind === "held" && claim.until) return stop(lane, claim.until);
    if (claim.kind !== "report") return;
    lane.sent += 1;
    const connection = await findConnectionRow(ctx.db, lane.connectionId);
    if (!connection) return;
    const { wait } = await deliverReport(ctx, connection, claim.report);
    if (wait > 0) return stop(lane, new Date(ctx.now().getTime() + wait));
  }
}

function stop(lane: Lane, at: Date): void {
  if (lane.wakeAt === null || at > lane.wakeAt) lane.wakeAt = at;
}
