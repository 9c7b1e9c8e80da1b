import { authorize } from "../authorize";
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
 * What was done, by whom, by people and by the server. `hasNext` says whether another page follows.
 * @throws ForbiddenError `permission_denied`
 */
export async function listActivities(ctx: SqlContext, options: ActivityListOptions = {}): Promise<{ activities: Activity[]; hasNext: boolean }> {
  authorize(ctx, "activity:read", { teamId: options.teamId ?? null });
  const filter: ActivityFilter = {
    actor: options.actor ?? "",
    query: options.query?.trim() ?? "",
    types: options.types ?? [],
    teamId: options.teamId ?? null,
    hostId: options.hostId ?? null,
    from: options.from ?? null,
    until: options.until ?? null,
  };
  const { perPage } = options;
  // One row more than the page tells whether another follows, without counting a table that only grows.
  const rows = await listActivityRows(ctx.sql, filter, options.direction ?? "desc", perPage ? perPage + 1 : null, perPage ? (options.page ?? 0) * perPage : 0);
  return { activities: perPage ? rows.slice(0, perPage) : rows, hasNext: perPage !== undefined && rows.length > perPage };
}
