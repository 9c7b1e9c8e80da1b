"use server";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { RouteList } from "@/lib/auth/access/read-route-list";
import { adminAction } from "@/lib/auth/admin-action";
import { createApiOnlyUser } from "@/lib/auth/users/create-api-only-user";
import { createUser } from "@/lib/auth/users/create-user";
import { deleteUser } from "@/lib/auth/users/delete-user";
import { updateApiOnlyUser } from "@/lib/auth/users/update-api-only-user";
import { updateUser } from "@/lib/auth/users/update-user";
import { givableRoles } from "@/lib/auth/users/user";

const Text = z.string().max(1000).default("");
const UserId = z.int().positive();
const RoleName = z.enum(givableRoles, { error: "choose a role" });

/** Roles as the roles field holds them. `globalRole` left out: not spoken of, as by an admin of teams. */
const Roles = z.object({
  globalRole: RoleName.nullable().optional(),
  teamRoles: z.array(z.object({ teamId: z.int(), role: RoleName })).max(1000),
});

const dayMs = 86_400_000;

const NewUserForm = z.object({
  kind: z.enum(["sso", "password", "api"]),
  name: Text,
  email: Text,
  password: Text,
  mustResetPassword: z.boolean().default(true),
  expiry: z.enum(["30", "90", "365", "never"]).default("90"),
  api_endpoints: RouteList.nullable().default(null),
  roles: Roles,
});

/** Makes a user. A person's page follows; an API-only user's first token is given back, this once. */
export const addUser = adminAction("users.addUser", NewUserForm, async (ctx, form) => {
  const { name, email, roles } = form;
  if (form.kind === "api") {
    const expiresAt = form.expiry === "never" ? null : new Date(ctx.now().getTime() + Number(form.expiry) * dayMs);
    const { user, token } = await createApiOnlyUser(ctx, { name, ...roles, routes: form.api_endpoints, expiresAt });
    revalidatePath("/users");
    return { userId: user.id, name: user.name, token };
  }
  const wayIn = form.kind === "sso" ? { ssoEnabled: true } : { password: form.password, mustResetPassword: form.mustResetPassword };
  const user = await createUser(ctx, { name, email, ...roles, ...wayIn });
  redirect(`/users/${user.id}`);
});

/** Changes a user's name and mail address. */
export const saveProfile = adminAction(
  "users.saveProfile",
  z.object({ userId: UserId, name: Text, email: z.string().max(1000).optional() }),
  async (ctx, form) => {
    await updateUser(ctx, form.userId, { name: form.name, email: form.email });
    revalidatePath(`/users/${form.userId}`);
  },
);

/** Gives a user these roles. Says whether the one who did it can still see the user. */
export const saveRoles = adminAction("users.saveRoles", z.object({ userId: UserId, roles: Roles }), async (ctx, { userId, roles }) => {
  const user = await updateUser(ctx, userId, roles);
  revalidatePath(`/users/${userId}`);
  return { holdsRoles: user.globalRole !== "none" || user.teamRoles.length > 0 };
});

const WayIn = z.object({ userId: UserId, ssoEnabled: z.boolean(), newPassword: z.string().max(1000).optional(), mustResetPassword: z.boolean().optional() });

/** Switches a user between single sign-on and a password, or gives them a new password. */
export const saveWayIn = adminAction("users.saveWayIn", WayIn, async (ctx, { userId, ...change }) => {
  await updateUser(ctx, userId, change);
  revalidatePath(`/users/${userId}`);
});

/** Says which routes an API-only user's tokens may call; null: all that the role allows. */
export const saveRoutes = adminAction(
  "users.saveRoutes",
  z.object({ userId: UserId, api_endpoints: RouteList.nullable() }),
  async (ctx, { userId, api_endpoints }) => {
    await updateApiOnlyUser(ctx, userId, { routes: api_endpoints });
    revalidatePath(`/users/${userId}`);
  },
);

/** Has a user choose a new password when they next sign in, or takes that back. */
export const askForNewPassword = adminAction("users.askForNewPassword", z.object({ userId: UserId, ask: z.boolean() }), async (ctx, { userId, ask }) => {
  await updateUser(ctx, userId, { mustResetPassword: ask });
  revalidatePath(`/users/${userId}`);
});

/** Disables a user, or lets them back in. */
export const switchUser = adminAction("users.switchUser", z.object({ userId: UserId, disabled: z.boolean() }), async (ctx, { userId, disabled }) => {
  await updateUser(ctx, userId, { disabled });
  revalidatePath(`/users/${userId}`);
});

/** Deletes a user. The caller moves on: the page it stands on is gone. */
export const removeUser = adminAction("users.removeUser", z.object({ userId: UserId }), async (ctx, { userId }) => {
  await deleteUser(ctx, userId);
});
