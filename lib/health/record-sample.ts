import type { SqlContext } from "@/lib/context";
import type { Backlog } from "./read-backlog";
import { insertSample } from "./health-queries";
import { instanceName, type SampleMeter } from "./sample-meter";

const keptMs = 48 * 60 * 60 * 1000;

/** Keeps what this process measured since its last sample, and removes all samples older than 48 hours. `backlog` throws when it can't be read. */
export async function recordSample(
  ctx: SqlContext,
  meter: SampleMeter,
  backlog: () => Promise<Backlog>,
  state: { ready: boolean; stopped: boolean },
  instance = instanceName,
): Promise<void> {
  const now = ctx.now();
  const waiting = await backlog().catch((error: Error) => {
    ctx.log.warn({ "error.message": error.message }, "what waits couldn't be counted; this sample goes without it");
    return null;
  });
  const figures = await meter.take(now, waiting, state);
  await insertSample(ctx.sql, instance, now, figures, new Date(now.getTime() - keptMs));
}
