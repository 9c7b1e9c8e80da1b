import { z } from "zod";
import { getOverview } from "@/lib/compliance/get-overview";
import { adminRoute } from "@/lib/auth/admin-route";
import { QueryId } from "@/lib/http/list-params";
import { toOverviewJson } from "../_json/overview-json";

/** The figures of the first page. */
export const GET = adminRoute({ route: "GET overview", query: z.object({ team_id: QueryId.optional() }) }, async (ctx, { query }) => ({
  overview: toOverviewJson(await getOverview(ctx, { teamId: query.team_id })),
}));
