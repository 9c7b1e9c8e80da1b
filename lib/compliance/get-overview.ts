import { authorizeList, isAllowed } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { countHosts, type HostCounts } from "@/lib/hosts/count-hosts";
import type { HostRecord } from "@/lib/hosts/host-record";
import { listHosts } from "@/lib/hosts/list-hosts";
import { listNeedsYou, type NeedsYou } from "./needs-you";
import {
  countAccessChanges,
  getDeliveryFacts,
  getFleetFacts,
  listBlockers,
  listConnectionHealth,
  listDeliveryPoints,
  listEndingExceptions,
  listOpenAttention,
  type Blocker,
  type ConnectionHealth,
  type DeliveryFacts,
  type DeliveryPoint,
  type FleetFacts,
} from "./overview-queries";

/** Everything the first page says. "Today" is the last 24 hours, which is the same span for every reader. */
export interface Overview {
  now: Date;
  /** Where the 24 hours begin. */
  since: Date;
  fleet: FleetFacts;
  byAccess: HostCounts["byAccess"];
  /** How often hosts entered and left each access state. */
  changes: Record<string, { entered: number; left: number }>;
  /** Those blocked most recently, at most eight. */
  blockedNow: HostRecord[];
  delivery: DeliveryFacts & { points: DeliveryPoint[] };
  connections: ConnectionHealth[];
  needsYou: NeedsYou[];
  blockers: Blocker[];
}

const dayMs = 86_400_000;

/**
 * The figures of the Overview, for one team or all that the caller may list; connections are for those who may read them.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function getOverview(ctx: SqlContext, { teamId }: { teamId?: number } = {}): Promise<Overview> {
  const hosts = authorizeList(ctx, "host:list", teamId);
  const reports = authorizeList(ctx, "report:read", teamId);
  const now = ctx.now();
  const since = new Date(now.getTime() - dayMs);
  const mayReadConnections = isAllowed(ctx, "connection:read");
  const [fleet, counts, changes, blockedNow, facts, points, connections, attention, exceptions, blockers] = await Promise.all([
    getFleetFacts(ctx.sql, hosts),
    countHosts(ctx, { teamId }),
    countAccessChanges(ctx.sql, hosts, now),
    listHosts(ctx, { teamId, accessState: "held" }, { orderKey: "changed_at", orderDirection: "desc", perPage: 8 }),
    getDeliveryFacts(ctx.sql, reports, since, now),
    listDeliveryPoints(ctx.sql, reports, since, now),
    mayReadConnections ? listConnectionHealth(ctx.sql, now) : [],
    listOpenAttention(ctx.sql, hosts, mayReadConnections),
    listEndingExceptions(ctx.sql, hosts, now),
    listBlockers(ctx.sql, hosts),
  ]);
  return {
    now,
    since,
    fleet,
    byAccess: counts.byAccess,
    changes,
    blockedNow,
    delivery: { ...facts, points },
    connections,
    needsYou: listNeedsYou(attention, exceptions, connections, now),
    blockers,
  };
}
