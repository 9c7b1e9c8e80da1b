import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { createPolicy } from "@/lib/policies/create-policy";
import { getPolicy } from "@/lib/policies/get-policy";
import { listPolicies } from "@/lib/policies/list-policies";
import { getTeam } from "@/lib/teams/get-team";
import { PolicyBody, PolicyListQuery, toLabelNames, toPolicyFields, toPolicyJson, toPolicyOptions } from "../../../_json/policy-json";

/** A team's policies, and beside them, or among them with `merge_inherited`, those for all teams with the counts of this team's hosts. */
export const GET = adminRoute({ route: "GET teams/:id/policies", params: IdParams, query: PolicyListQuery }, async (ctx, { params: { id }, query }) => {
  const options = toPolicyOptions(query);
  const toJson = (policy: Parameters<typeof toPolicyJson>[0]) => toPolicyJson(policy, ctx.now());
  if (!options) {
    await getTeam(ctx, id);
    return query.merge_inherited ? { policies: [] } : { policies: [], inherited_policies: [] };
  }
  if (query.merge_inherited) return { policies: (await listPolicies(ctx, { ...options, teamId: id, scope: "both" })).policies.map(toJson) };
  const own = await listPolicies(ctx, { ...options, teamId: id });
  const inherited = await listPolicies(ctx, { ...options, teamId: id, scope: "inherited", page: 0, perPage: undefined });
  return { policies: own.policies.map(toJson), inherited_policies: inherited.policies.map(toJson) };
});

/** Makes a policy of the team. */
export const POST = adminRoute({ route: "POST teams/:id/policies", params: IdParams, body: PolicyBody }, async (ctx, { params: { id }, body }) => {
  const created = await createPolicy(ctx, { ...toPolicyFields(body), name: body.name, query: body.query, teamId: id, labels: toLabelNames(body) });
  return { policy: toPolicyJson(await getPolicy(ctx, created.id), ctx.now()) };
});
