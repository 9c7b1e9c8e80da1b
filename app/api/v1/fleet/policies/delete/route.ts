import { adminRoute } from "@/lib/auth/admin-route";
import { deletePolicies } from "@/lib/policies/delete-policies";
import { PolicyIds } from "../../_json/policy-json";

/** Deletes policies for all teams, all or none. */
export const POST = adminRoute({ route: "POST policies/delete", body: PolicyIds }, async (ctx, { body }) => ({
  deleted: await deletePolicies(ctx, body.ids, { teamId: null }),
}));
