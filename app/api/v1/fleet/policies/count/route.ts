import { adminRoute } from "@/lib/auth/admin-route";
import { countPolicies } from "@/lib/policies/count-policies";
import { PolicyListQuery, toPolicyOptions } from "../../_json/policy-json";

/** How many policies there are for all teams. */
export const GET = adminRoute({ route: "GET policies/count", query: PolicyListQuery }, async (ctx, { query }) => {
  const options = toPolicyOptions(query);
  const count = await countPolicies(ctx, { ...options, teamId: null });
  return { count: options ? count : 0 };
});
