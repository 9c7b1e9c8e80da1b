import { z } from "zod";
import { listActivities } from "@/lib/activities/list-activities";
import { adminRoute } from "@/lib/auth/admin-route";
import { listQuery, QueryId } from "@/lib/http/list-params";
import { toActivityJson } from "../_json/activity-json";

const Instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), "expected a time such as 2026-03-02T09:00:00Z")
  .transform((text) => new Date(text));

const Query = listQuery(["id", "created_at"], {
  activity_type: z.string().max(100).optional(),
  start_created_at: Instant.optional(),
  end_created_at: Instant.optional(),
  /** Ours. */
  team_id: QueryId.optional(),
  host_id: QueryId.optional(),
  actor: z.enum(["user", "server"], { error: "expected user or server" }).optional(),
});

const mostPerPage = 10_000;

/** What was done, by whom; newest first unless an order is asked for. */
export const GET = adminRoute({ route: "GET activities", query: Query }, async (ctx, { query }) => {
  const { list } = query;
  const perPage = list.perPage ?? mostPerPage;
  const { activities, hasNext } = await listActivities(ctx, {
    query: list.query,
    types: query.activity_type ? [query.activity_type] : [],
    from: query.start_created_at,
    until: query.end_created_at,
    teamId: query.team_id,
    hostId: query.host_id,
    actor: query.actor,
    direction: list.orderKey ? list.orderDirection : "desc",
    page: list.page,
    perPage,
  });
  return { activities: activities.map(toActivityJson), meta: { has_next_results: hasNext, has_previous_results: list.page > 0 } };
});
