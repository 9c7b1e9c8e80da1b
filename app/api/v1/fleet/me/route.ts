import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { getMe } from "@/lib/auth/get-me";
import { toUserJson } from "@/lib/auth/user-json";
import { QueryBoolean } from "@/lib/http/list-params";
import { availableTeams } from "../_json/available-teams";
import { uiSettings } from "../_json/user-fields";

/** Who the request is signed in as. */
export const GET = adminRoute({ route: "GET me", query: z.object({ include_ui_settings: QueryBoolean.optional() }) }, async (ctx, { query }) => {
  const user = await getMe(ctx);
  return {
    user: toUserJson(user),
    available_teams: await availableTeams(ctx),
    ...(query.include_ui_settings && { settings: uiSettings(user) }),
  };
});
