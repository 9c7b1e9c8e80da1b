"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { RouteList } from "@/lib/auth/access/read-route-list";
import { adminAction } from "@/lib/auth/admin-action";
import { changePassword } from "@/lib/auth/change-password";
import { getMe } from "@/lib/auth/get-me";
import { NewPassword } from "@/lib/auth/password-rules";
import { endAllSessions } from "@/lib/auth/sessions/end-all-sessions";
import { endOneSession } from "@/lib/auth/sessions/end-one-session";
import { createApiToken } from "@/lib/auth/tokens/create-api-token";
import { revokeApiToken } from "@/lib/auth/tokens/revoke-api-token";
import { updateUser } from "@/lib/auth/users/update-user";

const UserId = z.number().int().positive();
const dayMs = 24 * 60 * 60 * 1000;

const ProfileForm = z.object({ name: z.string().max(1000), email: z.string().max(1000).optional(), password: z.string().max(1000).optional() });

/** Changes one's own name, and the mail address with the present password. */
export const saveProfile = adminAction("account.saveProfile", ProfileForm, async (ctx, { name, email, password }) => {
  const { id } = await getMe(ctx);
  await updateUser(ctx, id, { name, email, currentPassword: password || undefined });
  revalidatePath("/", "layout");
  return "Saved.";
});

const PasswordForm = z
  .object({ old_password: z.string().min(1, "needs your present password").max(1000), new_password: NewPassword, again: z.string().max(1000) })
  .refine((form) => form.again === form.new_password, { path: ["again"], error: "isn't the same as the new password" });

/** Gives oneself a new password. */
export const savePassword = adminAction("account.savePassword", PasswordForm, async (ctx, form) => {
  const ended = await changePassword(ctx, { oldPassword: form.old_password, newPassword: form.new_password });
  revalidatePath("/account");
  return `Changed.${ended === 0 ? "" : ended === 1 ? " Your other session ended." : ` Your ${ended} other sessions ended.`}`;
});

/** Ends one session, one's own or another user's. */
export const endSession = adminAction("account.endSession", z.object({ sessionId: z.string().min(1).max(64) }), async (ctx, { sessionId }) => {
  await endOneSession(ctx, sessionId);
  refreshPages();
  return "Ended. Whoever used it is signed out.";
});

/** Ends all of a user's sessions; of one's own, all but the one that asks. */
export const endSessions = adminAction("account.endSessions", z.object({ userId: UserId }), async (ctx, { userId }) => {
  const { actor } = ctx;
  const exceptSessionId = actor.kind === "user" && actor.userId === userId ? actor.sessionId : undefined;
  const ended = await endAllSessions(ctx, userId, { exceptSessionId });
  refreshPages();
  return ended === 1 ? "Ended 1 session." : `Ended ${ended} sessions.`;
});

const TokenForm = z.object({
  userId: UserId,
  name: z.string().max(1000),
  expiry: z.enum(["30", "90", "365", "never"], { error: "choose when it expires" }),
  api_endpoints: RouteList.nullable(),
});

/** Makes an API token and gives it, this once. */
export const makeToken = adminAction("account.makeToken", TokenForm, async (ctx, { userId, name, expiry, api_endpoints: routes }) => {
  const expiresAt = expiry === "never" ? null : new Date(ctx.now().getTime() + Number(expiry) * dayMs);
  const { token, apiToken } = await createApiToken(ctx, { userId, name, expiresAt, routes });
  refreshPages();
  return { token, name: apiToken.name };
});

/** Revokes an API token. */
export const removeToken = adminAction("account.removeToken", z.object({ userId: UserId, tokenId: z.number().int().positive() }), async (ctx, form) => {
  const { name } = await revokeApiToken(ctx, form.userId, form.tokenId);
  refreshPages();
  return `Revoked ${name}. It doesn’t work any more.`;
});

// The same parts stand on My account and on each user's page.
function refreshPages(): void {
  revalidatePath("/account");
  revalidatePath("/users", "layout");
}
