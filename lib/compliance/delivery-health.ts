import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { getDeliveryFacts, listConnectionHealth, type ConnectionHealth } from "./overview-queries";

/** How delivery to Microsoft goes, in two short lines. `tone` colours the dot: in works, unsure waits or hampered, held needs an admin, none isn't set up. */
export interface DeliveryHealth {
  tone: "in" | "unsure" | "held" | "none";
  line: string;
  second: string;
  waiting: number;
  connections: ConnectionHealth[];
}

const hourMs = 3_600_000;
const lateMs = 5 * 60_000;

const stateLines: Record<string, [DeliveryHealth["tone"], string]> = {
  awaiting_consent: ["unsure", "Microsoft connection waits for consent"],
  consent_declined: ["held", "Consent was declined"],
  consent_incomplete: ["held", "A Microsoft permission is missing"],
  propagating: ["unsure", "Microsoft is taking over the consent"],
  provisioning: ["unsure", "Connecting to Microsoft"],
  credential_error: ["held", "Microsoft refuses our credential"],
  disconnecting: ["unsure", "Disconnecting from Microsoft"],
  disconnect_failed: ["held", "Disconnecting failed"],
};

/**
 * The one line of delivery health that stands at the foot of every page.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function getDeliveryHealth(ctx: SqlContext): Promise<DeliveryHealth> {
  authorize(ctx, "connection:read");
  const now = ctx.now();
  const [connections, facts] = await Promise.all([
    listConnectionHealth(ctx.sql, now),
    getDeliveryFacts(ctx.sql, null, new Date(now.getTime() - 24 * hourMs), now),
  ]);
  const waiting = connections.reduce((sum, connection) => sum + connection.waiting, 0);
  return { ...describeDelivery(connections, facts.p50Ms, now), waiting, connections };
}

/** The line from its facts. Pure. */
export function describeDelivery(connections: ConnectionHealth[], medianMs: number | null, now: Date): Pick<DeliveryHealth, "tone" | "line" | "second"> {
  const told = connections.filter(({ provider }) => provider !== "audit_only");
  const waiting = told.reduce((sum, connection) => sum + connection.waiting, 0);
  const second = waiting === 0 ? "Nothing waits" : waiting === 1 ? "1 report waiting" : `${waiting.toLocaleString("en")} reports waiting`;
  if (connections.length === 0) return { tone: "none", line: "No Microsoft tenant connected", second: "Nobody’s access changes" };
  if (told.length === 0) return { tone: "in", line: "Audit only", second: "Nothing is sent to Microsoft" };
  const trouble = told.find(({ state }) => stateLines[state]);
  const [tone, line] = (trouble && stateLines[trouble.state]) ?? [];
  if (tone && line) return { tone, line, second };
  const paused = told.find(({ pausedUntil }) => pausedUntil !== null && pausedUntil > now);
  if (paused) return { tone: "unsure", line: "Microsoft asked us to slow down", second };
  const late = told.find(({ oldestWaitingAt }) => oldestWaitingAt !== null && now.getTime() - oldestWaitingAt.getTime() > lateMs);
  if (late || told.some(({ state }) => state === "degraded")) return { tone: "unsure", line: "Microsoft is slow to answer", second };
  if (medianMs === null) return { tone: "in", line: "Connected to Microsoft", second };
  return { tone: "in", line: `Microsoft accepts in ${inSeconds(medianMs)}`, second };
}

function inSeconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
