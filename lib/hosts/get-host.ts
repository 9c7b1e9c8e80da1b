import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { listLabelsOfHost, listPoliciesOfHost, type HostLabel, type HostPolicy } from "./host-detail-queries";
import type { HostRecord } from "./host-record";
import { listHostRows } from "./host-read-queries";

/** A host with its labels and its answers. */
export interface HostDetail extends HostRecord {
  labels: HostLabel[];
  policies: HostPolicy[];
}

/**
 * One host, whole.
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function getHost(ctx: SqlContext, hostId: number): Promise<HostDetail> {
  const [host] = await listHostRows(ctx.sql, { hostIds: [hostId] }, { orderKey: "id" }, ctx.now());
  authorize(ctx, "host:read", { teamId: host?.teamId ?? null });
  if (!host) throw new NotFoundError("host_not_found", `Host ${hostId} was not found. It may have been deleted.`);
  const [labels, policies] = await Promise.all([listLabelsOfHost(ctx.sql, hostId), listPoliciesOfHost(ctx.sql, hostId)]);
  return { ...host, labels, policies };
}
