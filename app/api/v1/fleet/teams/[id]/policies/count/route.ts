import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { countPolicies } from "@/lib/policies/count-policies";
import { getTeam } from "@/lib/teams/get-team";
import { PolicyListQuery, toPolicyOptions } from "../../../../_json/policy-json";

/** How many policies the team's list has. */
export const GET = adminRoute({ route: "GET teams/:id/policies/count", params: IdParams, query: PolicyListQuery }, async (ctx, { params: { id }, query }) => {
  await getTeam(ctx, id);
  const options = toPolicyOptions(query);
  return { count: options ? await countPolicies(ctx, { ...options, teamId: id, scope: query.merge_inherited ? "both" : "own" }) : 0 };
});
