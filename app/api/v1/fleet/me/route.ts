import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { getMe } from "@/lib/auth/get-me";
import { toUserJson } from "@/lib/auth/user-json";
import { QueryBoolean } from "@/lib/http/list-params";

/** Who the request is signed in as. */
export const GET = adminRoute({ route: "GET me", query: z.object({ include_ui_settings: QueryBoolean.optional() }) }, async (ctx, { query }) => ({
  user: toUserJson(await getMe(ctx)),
  available_teams: [],
  ...(query.include_ui_settings && { settings: { hidden_host_columns: [] } }),
}));
