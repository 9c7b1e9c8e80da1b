import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "@/lib/context";
import { implementJob } from "@/lib/jobs/define-job";
import { claimReport } from "./claim-report";
import { deliverReport } from "./deliver-report";
import { findNextDue, type DeliveryRow } from "./delivery-queries";
import type { Connection } from "./entra/connection";
import { findConnectionRow } from "./entra/connection-queries";
import { laneWidth } from "./report-schedule";
import { sendReports as declaration, wakeSendersAt } from "./send-reports-declaration";

// A worker's slot isn't held for ever while a flood drains: the lane goes on in a job of its own.
const longestRunMs = 20_000;
const mostPerRun = 1000;
const longestPauseMs = 1000;
const connectionKeptMs = 1000;

/**
 * Sends what waits for a connection, up to four at a time, always the most urgent next, at the pace that Microsoft bears, until nothing is due or Microsoft asks
 * to be left alone; then it wakes itself when the next report is due. Several may run at once: each report is claimed in the database.
 */
export const sendReports = implementJob(declaration, async (ctx, { connectionId }) => {
  const lane: Lane = { connectionId, startedAt: Date.now(), wakeAt: null, underWay: new Set(), connection: null, failures: [] };
  await sendOneAfterAnother(ctx, lane);
  await Promise.all(lane.underWay);
  if (lane.failures.length > 0) throw lane.failures[0];
  const now = ctx.now();
  const at = lane.wakeAt ?? (await findNextDue(ctx.sql, connectionId, now));
  if (at) await wakeSendersAt(ctx, connectionId, at > now ? at : now);
});

interface Lane {
  connectionId: number;
  startedAt: number;
  /** Set when the lane has to stop although reports are due. */
  wakeAt: Date | null;
  underWay: Set<Promise<void>>;
  /** As it was within the last second. */
  connection: { at: number; row: Connection | null } | null;
  /** What a sender met that isn't Microsoft's doing. */
  failures: unknown[];
}

/** Claims one report after the other, and lets up to four be under way meanwhile. */
async function sendOneAfterAnother(ctx: Context, lane: Lane): Promise<void> {
  for (let sent = 0; lane.wakeAt === null && lane.failures.length === 0;) {
    if (sent >= mostPerRun || Date.now() - lane.startedAt > longestRunMs) return stop(lane, ctx.now());
    if (lane.underWay.size >= laneWidth) await Promise.race(lane.underWay);
    const claim = await claimReport(ctx, lane.connectionId);
    switch (claim.kind) {
      case "report": {
        sent += 1;
        const sending: Promise<void> = send(ctx, lane, claim.report).finally(() => lane.underWay.delete(sending));
        lane.underWay.add(sending);
        break;
      }
      case "paced":
        await waitForTurn(ctx, lane, claim.until);
        break;
      case "held":
        return claim.until ? stop(lane, claim.until) : undefined;
      case "idle":
      case "full":
        // What is under way may make way for more.
        if (lane.underWay.size === 0) return;
        await Promise.race(lane.underWay);
        break;
      case "again":
        break;
    }
  }
}

async function send(ctx: Context, lane: Lane, report: DeliveryRow): Promise<void> {
  try {
    lane.connection = lane.connection && Date.now() - lane.connection.at < connectionKeptMs ? lane.connection : await readConnection(ctx, lane);
    if (!lane.connection.row) return;
    const { wait } = await deliverReport(ctx, lane.connection.row, report);
    if (wait > 0) stop(lane, new Date(ctx.now().getTime() + wait));
  } catch (error) {
    lane.failures.push(error);
  }
}

async function readConnection(ctx: Context, lane: Lane): Promise<NonNullable<Lane["connection"]>> {
  return { at: Date.now(), row: await findConnectionRow(ctx.db, lane.connectionId) };
}

/** Waits for milliseconds here, and leaves longer waits to the queue. */
async function waitForTurn(ctx: Context, lane: Lane, until: Date): Promise<void> {
  const before = ctx.now().getTime();
  const waitMs = until.getTime() - before;
  if (waitMs > longestPauseMs) return stop(lane, until);
  await pause(Math.max(1, waitMs));
  // Where time stands still, waiting doesn't bring the turn nearer.
  if (ctx.now().getTime() === before) stop(lane, until);
}

function stop(lane: Lane, at: Date): void {
  if (lane.wakeAt === null || at > lane.wakeAt) lane.wakeAt = at;
}
