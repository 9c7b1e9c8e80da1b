import { authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import type { HostFilter } from "./host-filter";
import { summariseHostRows, type PlatformCount } from "./host-read-queries";

/**
 * Hosts per platform, in all teams that the caller may list, with how many of them are online, missing and new.
 * @throws UnauthenticatedError, ForbiddenError
 */
export async function summariseHosts(ctx: SqlContext, filter: Pick<HostFilter, "teamId" | "platform"> = {}): Promise<PlatformCount[]> {
  const teamIds = authorizeList(ctx, "host:list", filter.teamId);
  return summariseHostRows(ctx.sql, { ...filter, teamIds }, ctx.now());
}
