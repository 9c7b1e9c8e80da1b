import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { createApiOnlyUser } from "@/lib/auth/users/create-api-only-user";
import { createUser } from "@/lib/auth/users/create-user";
import { NoMfa, roleFields, rolesOf } from "../../_json/user-fields";

const NewUserBody = z.strictObject({
  name: z.string({ error: "expected a string" }),
  email: z.string({ error: "expected an e-mail address" }),
  password: z.string({ error: "expected a password" }).nullish(),
  sso_enabled: z.boolean({ error: "expected true or false" }).nullish(),
  mfa_enabled: NoMfa,
  api_only: z.boolean({ error: "expected true or false" }).nullish(),
  ...roleFields,
  admin_forced_password_reset: z.boolean({ error: "expected true or false" }).nullish(),
});

/** Makes a user. For an API-only user the answer holds their first token, this once. */
export const POST = adminRoute({ route: "POST users/admin", body: NewUserBody }, async (ctx, { body }) => {
  const { name, email, password } = body;
  if (body.api_only && !body.sso_enabled) {
    const { user, token } = await createApiOnlyUser(ctx, { name, email, password, ...rolesOf(body) });
    return { user: toUserJson(user), token };
  }
  const user = await createUser(ctx, {
    name,
    email,
    password,
    ssoEnabled: body.sso_enabled ?? false,
    apiOnly: body.api_only ?? false,
    mustResetPassword: body.admin_forced_password_reset ?? true,
    ...rolesOf(body),
  });
  return { user: toUserJson(user) };
});
