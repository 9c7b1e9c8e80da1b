import { authorize, type Permission } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import type { HostFilter } from "./host-filter";
import { listHostBriefs, type HostBrief } from "./host-read-queries";

/** Hosts by their ids or by what they have in common. */
export type HostSelection = { hostIds: number[] } | { filter: HostFilter };

/**
 * The hosts of a selection, each checked for `permission` in its own team.
 * @throws NotFoundError `host_not_found` when an id has no host; UnauthenticatedError, ForbiddenError
 */
export async function findHosts(ctx: SqlContext, selection: HostSelection, permission: Permission): Promise<HostBrief[]> {
  const filter = "hostIds" in selection ? { hostIds: selection.hostIds } : selection.filter;
  const hosts = await listHostBriefs(ctx.sql, filter, ctx.now());
  // Whoever may do this nowhere learns nothing about which hosts exist.
  if (hosts.length === 0) authorize(ctx, permission);
  for (const { teamId } of hosts) authorize(ctx, permission, { teamId });
  if ("hostIds" in selection) {
    const found = new Set(hosts.map(({ id }) => id));
    const missing = selection.hostIds.find((id) => !found.has(id));
    if (missing !== undefined) throw new NotFoundError("host_not_found", `Host ${missing} was not found. It may have been deleted.`);
  }
  return hosts;
}
