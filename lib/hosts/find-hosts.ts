import { authorize, authorizeFound, authorizeList, type Permission } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import type { HostFilter } from "./host-filter";
import { hostNotFound } from "./host-not-found";
import { listHostBriefs, type HostBrief } from "./host-read-queries";

/** Hosts by their ids or by what they have in common. */
export type HostSelection = { hostIds: number[] } | { filter: HostFilter };

/**
 * The hosts of a selection, each checked for `permission` in its own team: all or none. A filter finds the hosts that the caller may see.
 * @throws NotFoundError `host_not_found` when an id has no host, or one that the caller may not see; UnauthenticatedError, ForbiddenError
 */
export async function findHosts(ctx: SqlContext, selection: HostSelection, permission: Permission): Promise<HostBrief[]> {
  authorize(ctx, permission);
  if ("hostIds" in selection) {
    const { hostIds } = selection;
    const found = new Map((await listHostBriefs(ctx.sql, { teamIds: null, hostIds }, ctx.now())).map((host) => [host.id, host]));
    return [...new Set(hostIds)].map((hostId) => authorizeFound(ctx, found.get(hostId), { permission, see: "host:read" }, () => hostNotFound(hostId)));
  }
  const teamIds = authorizeList(ctx, "host:read", selection.filter.teamId);
  const hosts = await listHostBriefs(ctx.sql, { ...selection.filter, teamIds }, ctx.now());
  for (const { teamId } of hosts) authorize(ctx, permission, { teamId });
  return hosts;
}
