import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { deleteUser } from "@/lib/auth/users/delete-user";
import { getUser } from "@/lib/auth/users/get-user";
import type { User } from "@/lib/auth/users/user";
import { updateUser } from "@/lib/auth/users/update-user";
import type { Context } from "@/lib/context";
import { IdParams, QueryBoolean } from "@/lib/http/list-params";
import { availableTeams } from "../../_json/available-teams";
import { NoMfa, roleFields, rolesOf, uiSettings } from "../../_json/user-fields";

/** One user. */
export const GET = adminRoute(
  { route: "GET users/:id", params: IdParams, query: z.object({ include_ui_settings: QueryBoolean.optional() }) },
  async (ctx, { params: { id }, query }) => {
    const user = await getUser(ctx, id);
    return { user: toUserJson(user), available_teams: await teamsOf(ctx, user), ...(query.include_ui_settings && { settings: uiSettings(user) }) };
  },
);

// Whoever holds a global role may choose every team, others those they hold a role on.
async function teamsOf(ctx: Context, user: User): Promise<object[]> {
  if (user.globalRole !== "none") return availableTeams(ctx);
  return user.teamRoles.map(({ teamId, teamName, teamDescription }) => ({ id: teamId, name: teamName, description: teamDescription }));
}

const fixed = (where: string) => z.undefined({ error: `can't be changed here; ${where}` }).optional();

const UserPatchBody = z.strictObject({
  name: z.string({ error: "expected a string" }).optional(),
  email: z.string({ error: "expected an e-mail address" }).optional(),
  password: z.string({ error: "expected your present password" }).max(1000, "may have at most 1000 characters").optional(),
  new_password: z.string({ error: "expected a password" }).optional(),
  sso_enabled: z.boolean({ error: "expected true or false" }).optional(),
  mfa_enabled: NoMfa,
  ...roleFields,
  admin_forced_password_reset: z.boolean({ error: "expected true or false" }).optional(),
  disabled: z.boolean({ error: "expected true or false" }).optional(),
  settings: z
    .strictObject({
      hidden_host_columns: z.array(z.string().max(100), { error: "expected a list of columns" }).max(100, "may have at most 100 columns").optional(),
    })
    .optional(),
  api_only: fixed("make an API-only user by POST users/api_only"),
  api_endpoints: fixed("change them by PATCH users/api_only/:id"),
});

/** Changes a user. `password` is the present one, needed to change one's own mail address or password; `new_password` is the new one. `disabled` is ours. */
export const PATCH = adminRoute({ route: "PATCH users/:id", params: IdParams, body: UserPatchBody }, async (ctx, { params: { id }, body }) => {
  const user = await updateUser(ctx, id, {
    name: body.name,
    email: body.email,
    currentPassword: body.password,
    newPassword: body.new_password,
    ssoEnabled: body.sso_enabled,
    mustResetPassword: body.admin_forced_password_reset,
    disabled: body.disabled,
    settings: body.settings,
    ...rolesOf(body),
  });
  return { user: toUserJson(user) };
});

/** Deletes a user. */
export const DELETE = adminRoute({ route: "DELETE users/:id", params: IdParams }, async (ctx, { params: { id } }) => {
  await deleteUser(ctx, id);
  return {};
});
