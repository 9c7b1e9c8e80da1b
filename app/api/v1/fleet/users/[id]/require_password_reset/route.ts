import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { updateUser } from "@/lib/auth/users/update-user";
import { IdParams } from "@/lib/http/list-params";

const Body = z.strictObject({ require: z.boolean({ error: "expected true or false" }) });

/** Asks a user for a new password at their next step, which ends their sessions, or takes that back. */
export const POST = adminRoute({ route: "POST users/:id/require_password_reset", params: IdParams, body: Body }, async (ctx, { params, body }) => ({
  user: toUserJson(await updateUser(ctx, params.id, { mustResetPassword: body.require })),
}));
