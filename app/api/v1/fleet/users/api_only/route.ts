import { z } from "zod";
import { RouteList } from "@/lib/auth/access/read-route-list";
import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { createApiOnlyUser } from "@/lib/auth/users/create-api-only-user";
import { roleFields, rolesOf } from "../../_json/user-fields";

const NewApiOnlyBody = z.strictObject({ name: z.string({ error: "expected a string" }), ...roleFields, api_endpoints: RouteList.nullish() });

/** Makes a user for scripts; their mail address is made up. The answer holds their first token, this once. */
export const POST = adminRoute({ route: "POST users/api_only", body: NewApiOnlyBody }, async (ctx, { body }) => {
  const { user, token } = await createApiOnlyUser(ctx, { name: body.name, routes: body.api_endpoints, ...rolesOf(body) });
  return { user: toUserJson(user), token };
});
