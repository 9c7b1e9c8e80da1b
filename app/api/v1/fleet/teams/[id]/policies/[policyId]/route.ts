import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { QueryId } from "@/lib/http/list-params";
import { getPolicy } from "@/lib/policies/get-policy";
import { updatePolicy } from "@/lib/policies/update-policy";
import { PolicyPatchBody, toLabelNames, toPolicyFields, toPolicyJson } from "../../../../_json/policy-json";

const Params = z.object({ id: QueryId, policyId: QueryId });

/** One policy of the team, or one that it inherits. */
export const GET = adminRoute({ route: "GET teams/:id/policies/:policyId", params: Params }, async (ctx, { params }) => ({
  policy: toPolicyJson(await getPolicy(ctx, params.policyId, { teamId: params.id }), ctx.now()),
}));

/** Changes a policy of the team. */
export const PATCH = adminRoute({ route: "PATCH teams/:id/policies/:policyId", params: Params, body: PolicyPatchBody }, async (ctx, { params, body }) => {
  await updatePolicy(ctx, params.policyId, { ...toPolicyFields(body), labels: toLabelNames(body) }, { teamId: params.id });
  return { policy: toPolicyJson(await getPolicy(ctx, params.policyId), ctx.now()) };
});
