import { authorizeFound, isAllowed, teamsAllowed } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { listLabelsOfHost, listPoliciesOfHost, type HostLabel, type HostPolicy } from "./host-detail-queries";
import { hostNotFound } from "./host-not-found";
import type { HostRecord } from "./host-record";
import { listHostBriefs, listHostRowsByIds } from "./host-read-queries";

/** A host with its labels and its answers. */
export interface HostDetail extends HostRecord {
  labels: HostLabel[];
  policies: HostPolicy[];
}

/**
 * One host, whole; of its labels those that the caller may see.
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function getHost(ctx: SqlContext, hostId: number): Promise<HostDetail> {
  const [row] = await listHostRowsByIds(ctx.sql, [hostId], ctx.now());
  const host = authorizeFound(ctx, row, { permission: "host:read" }, () => hostNotFound(hostId));
  const teams = teamsAllowed(ctx, "label:read");
  const [labels, policies] = await Promise.all([listLabelsOfHost(ctx.sql, hostId, teams === "all" ? null : teams), listPoliciesOfHost(ctx.sql, hostId)]);
  return { ...host, labels, policies, conflictHostId: await seenHost(ctx, host.conflictHostId) };
}

// The other side of a conflict may be a host of a team that the caller doesn't see.
async function seenHost(ctx: SqlContext, hostId: number | null): Promise<number | null> {
  if (hostId === null) return null;
  const [host] = await listHostBriefs(ctx.sql, { teamIds: null, hostIds: [hostId] }, ctx.now());
  return host && isAllowed(ctx, "host:read", { teamId: host.teamId }) ? hostId : null;
}
