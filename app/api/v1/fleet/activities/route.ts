import { listActivities } from "@/lib/activities/list-activities";
import { adminRoute } from "@/lib/auth/admin-route";
import { listQuery } from "@/lib/http/list-params";
import { toActivityJson } from "../_json/activity-json";
import { activityFilters, toActivityFilter } from "./_activity-query";

const mostPerPage = 10_000;

/** What was done, by whom; newest first unless an order is asked for. */
export const GET = adminRoute({ route: "GET activities", query: listQuery(["id", "created_at"], activityFilters) }, async (ctx, { query }) => {
  const { list } = query;
  const { activities, hasNext } = await listActivities(ctx, {
    ...toActivityFilter(query),
    query: list.query,
    direction: list.orderKey ? list.orderDirection : "desc",
    page: list.page,
    perPage: list.perPage ?? mostPerPage,
  });
  return { activities: activities.map(toActivityJson), meta: { has_next_results: hasNext, has_previous_results: list.page > 0 } };
});
