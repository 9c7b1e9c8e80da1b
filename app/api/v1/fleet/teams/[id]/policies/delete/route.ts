import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { deletePolicies } from "@/lib/policies/delete-policies";
import { PolicyIds } from "../../../../_json/policy-json";

/** Deletes policies of the team, all or none. */
export const POST = adminRoute({ route: "POST teams/:id/policies/delete", params: IdParams, body: PolicyIds }, async (ctx, { params: { id }, body }) => ({
  deleted: await deletePolicies(ctx, body.ids, { teamId: id }),
}));
