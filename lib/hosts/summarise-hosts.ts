import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import type { HostFilter } from "./host-filter";
import { summariseHostRows, type PlatformCount } from "./host-read-queries";

/** Hosts per platform, with how many of them are online, missing and new. */
export async function summariseHosts(ctx: SqlContext, filter: Pick<HostFilter, "teamId" | "platform"> = {}): Promise<PlatformCount[]> {
  authorize(ctx, "host:list", { teamId: filter.teamId ?? null });
  return summariseHostRows(ctx.sql, filter, ctx.now());
}
