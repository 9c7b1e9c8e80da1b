import { z } from "zod";
import { RouteList } from "@/lib/auth/access/read-route-list";
import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { updateApiOnlyUser } from "@/lib/auth/users/update-api-only-user";
import { IdParams } from "@/lib/http/list-params";
import { roleFields, rolesOf } from "../../../_json/user-fields";

const ApiOnlyPatchBody = z.strictObject({ name: z.string({ error: "expected a string" }).optional(), ...roleFields, api_endpoints: RouteList.nullish() });

/** Changes an API-only user. `api_endpoints`: absent keeps them, null allows all that the role allows, a list replaces them. */
export const PATCH = adminRoute({ route: "PATCH users/api_only/:id", params: IdParams, body: ApiOnlyPatchBody }, async (ctx, { params: { id }, body }) => ({
  user: toUserJson(await updateApiOnlyUser(ctx, id, { name: body.name, routes: body.api_endpoints, ...rolesOf(body) })),
}));
