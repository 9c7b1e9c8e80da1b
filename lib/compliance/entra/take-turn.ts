import { setTimeout as pause } from "node:timers/promises";
import type { SqlContext } from "@/lib/context";
import { findPause } from "./connection-queries";
import { MicrosoftError } from "./microsoft-error";
import { takeTurnRow } from "./pace-queries";
import type { Audience } from "./tokens";

// Longer than all workers of an instance together wait at any pace but the slowest.
const patienceMs = 5000;

/**
 * Waits for a connection's turn to call one of Microsoft's services, a few milliseconds under load and not at all otherwise.
 * @throws MicrosoftError of kind `throttled` while Microsoft asked to be left alone, and when the turn is more than 5 s away
 */
export async function takeTurn(ctx: SqlContext, connectionId: number, audience: Audience): Promise<void> {
  const now = ctx.now();
  const turn = await takeTurnRow(ctx.sql, connectionId, audience, now, new Date(now.getTime() + patienceMs));
  if (turn.kind === "paused") throw held(turn.until, now);
  if (turn.kind === "busy") throw held(turn.freeAt, now);
  const waitMs = turn.at.getTime() - now.getTime();
  if (waitMs <= 0) return;
  await pause(waitMs);
  // Another call may have been refused meanwhile.
  const since = await findPause(ctx.sql, connectionId, ctx.now());
  if (since && (since.pauseReason === audience || since.pauseReason === "both")) throw held(since.pausedUntil, ctx.now());
}

function held(until: Date, now: Date): MicrosoftError {
  return new MicrosoftError("throttled", `Microsoft asked us to wait until ${until.toISOString()}. Reports wait and go out in order.`, {
    status: 429,
    retryAfterMs: Math.max(0, until.getTime() - now.getTime()),
  });
}
