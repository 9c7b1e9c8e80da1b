import { listActivities } from "@/lib/activities/list-activities";
import { adminRoute } from "@/lib/auth/admin-route";
import { listQuery, pageMeta } from "@/lib/http/list-params";
import { toActivityJson } from "../_json/activity-json";
import { activityFilters, toActivityFilter } from "./_activity-query";

const mostPerPage = 10_000;

/** What was done, by whom; newest first unless an order is asked for; `meta.next_cursor` as `after` goes on. */
export const GET = adminRoute({ route: "GET activities", query: listQuery(["id", "created_at"], activityFilters) }, async (ctx, { query }) => {
  const { list } = query;
  const { activities, nextCursor } = await listActivities(ctx, {
    ...toActivityFilter(query),
    query: list.query,
    direction: list.orderKey ? list.orderDirection : "desc",
    page: list.page,
    perPage: list.perPage ?? mostPerPage,
    after: list.after,
  });
  return { activities: activities.map(toActivityJson), meta: pageMeta({ ...list, perPage: list.perPage ?? mostPerPage }, nextCursor) };
});
