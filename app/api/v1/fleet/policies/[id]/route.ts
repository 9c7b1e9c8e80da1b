import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { getPolicy } from "@/lib/policies/get-policy";
import { updatePolicy } from "@/lib/policies/update-policy";
import { PolicyPatchBody, toLabelNames, toPolicyFields, toPolicyJson } from "../../_json/policy-json";

/** One policy for all teams. */
export const GET = adminRoute({ route: "GET policies/:id", params: IdParams }, async (ctx, { params: { id } }) => ({
  policy: toPolicyJson(await getPolicy(ctx, id, { teamId: null }), ctx.now()),
}));

/** Changes a policy for all teams. */
export const PATCH = adminRoute({ route: "PATCH policies/:id", params: IdParams, body: PolicyPatchBody }, async (ctx, { params: { id }, body }) => {
  await updatePolicy(ctx, id, { ...toPolicyFields(body), labels: toLabelNames(body) }, { teamId: null });
  return { policy: toPolicyJson(await getPolicy(ctx, id), ctx.now()) };
});
