import { authorizeList } from "../authorize";
import type { SqlContext } from "../context";
import { BadRequestError } from "../errors";
import { readCursor, writeCursor } from "../http/list-cursor";
import type { Activity, ActivityFilter } from "./activity";
import { listActivityRows } from "./activity-queries";

/** Which activities, newest first unless asked otherwise. `page` is zero-based; without `perPage` all come. */
export interface ActivityListOptions extends Partial<ActivityFilter> {
  direction?: "asc" | "desc";
  page?: number;
  perPage?: number;
  /** The `nextCursor` of an earlier page, or an activity's id, behind which the list goes on. */
  after?: string | null;
}

/**
 * What was done, by whom, by people and by the server; for roles on teams, to these teams and the hosts they have now. `hasNext` says whether another
 * page follows, and `nextCursor` goes on behind this one, whatever is done meanwhile.
 * @throws BadRequestError `bad_cursor`; ForbiddenError `permission_denied`
 */
export async function listActivities(
  ctx: SqlContext,
  options: ActivityListOptions = {},
): Promise<{ activities: Activity[]; hasNext: boolean; nextCursor: string | null }> {
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
  const { perPage, direction = "desc" } = options;
  // One row more than the page tells whether another follows, without counting a table that only grows.
  const limit = perPage ? perPage + 1 : null;
  const page = {
    direction,
    limit,
    offset: perPage ? (options.page ?? 0) * perPage : 0,
    after: options.after ? readActivityCursor(direction, options.after) : null,
  };
  const rows = await listActivityRows(ctx.sql, filter, teamIds, page);
  const activities = perPage ? rows.slice(0, perPage) : rows;
  const hasNext = rows.length > activities.length;
  const last = hasNext ? activities.at(-1) : undefined;
  return { activities, hasNext, nextCursor: last ? writeCursor(`id ${direction}`, [String(last.id)]) : null };
}

function readActivityCursor(direction: "asc" | "desc", after: string): number {
  const [id] = readCursor(`id ${direction}`, after) ?? [after];
  if (id !== null && /^\d{1,15}$/.test(id)) return Number(id);
  throw new BadRequestError("bad_cursor", "after: expected next_cursor of an earlier page, or an activity's id. Begin again without it.", {
    fields: [{ field: "after", reason: "expected next_cursor of an earlier page, or an activity's id" }],
  });
}
