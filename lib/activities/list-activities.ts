import { authorizeList } from "../authorize";
import type { SqlContext } from "../context";
import type { Activity, ActivityFilter } from "./activity";
import { listActivityRows } from "./activity-queries";

/** Which activities, newest first unless asked otherwise. `page` is zero-based; without `perPage` all come. */
export interface ActivityListOptions extends Partial<ActivityFilter> {
  direction?: "asc" | "desc";
  page?: number;
  perPage?: number;
}

/**
 * What was done, by whom, by people and by the server; for roles on teams, to these teams and the hosts they have now. `hasNext` says whether another
 * page follows.
 * @throws ForbiddenError `permission_denied`
 */
export async function listActivities(ctx: SqlContext, options: ActivityListOptions = {}): Promise<{ activities: Activity[]; hasNext: boolean }> {
  const teamIds = authorizeList(ctx, "activity:read", options.teamId);
  const filter: Omit<ActivityFilter, "teamId"> = {
    actor: options.actor ?? "",
    actorId: options.actorId ?? null,
    query: options.query?.trim() ?? "",
    types: options.types ?? [],
    hostId: options.hostId ?? null,
    from: options.from ?? null,
    until: options.until ?? null,
    beforeId: options.beforeId ?? null,
  };
  const { perPage } = options;
  // One row more than the page tells whether another follows, without counting a table that only grows.
  const page = { direction: options.direction ?? ("desc" as const), limit: perPage ? perPage + 1 : null, offset: perPage ? (options.page ?? 0) * perPage : 0 };
  const rows = await listActivityRows(ctx.sql, filter, teamIds, page);
  return { activities: perPage ? rows.slice(0, perPage) : rows, hasNext: perPage !== undefined && rows.length > perPage };
}
