import { adminRoute } from "@/lib/auth/admin-route";
import { createPolicy } from "@/lib/policies/create-policy";
import { getPolicy } from "@/lib/policies/get-policy";
import { listPolicies } from "@/lib/policies/list-policies";
import { PolicyBody, PolicyListQuery, toLabelNames, toPolicyFields, toPolicyJson, toPolicyOptions } from "../_json/policy-json";

/** The policies for all teams. */
export const GET = adminRoute({ route: "GET policies", query: PolicyListQuery }, async (ctx, { query }) => {
  const { policies } = await listPolicies(ctx, { ...toPolicyOptions(query), teamId: null });
  return { policies: toPolicyOptions(query) ? policies.map((policy) => toPolicyJson(policy, ctx.now())) : [] };
});

/** Makes a policy for all teams. */
export const POST = adminRoute({ route: "POST policies", body: PolicyBody }, async (ctx, { body }) => {
  const created = await createPolicy(ctx, { ...toPolicyFields(body), name: body.name, query: body.query, teamId: null, labels: toLabelNames(body) });
  return { policy: toPolicyJson(await getPolicy(ctx, created.id), ctx.now()) };
});
