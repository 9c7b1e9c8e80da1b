"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { createInvite } from "@/lib/auth/invites/create-invite";
import { deleteInvite } from "@/lib/auth/invites/delete-invite";
import { resendInvite } from "@/lib/auth/invites/resend-invite";
import { givableRoles } from "@/lib/auth/users/user";

const Text = z.string().max(1000).default("");
const RoleName = z.enum(givableRoles, { error: "choose a role" });
const InviteId = z.object({ inviteId: z.int().positive() });
const InviteForm = z.object({
  name: Text,
  email: Text,
  ssoEnabled: z.boolean(),
  roles: z.object({
    globalRole: RoleName.nullable().optional(),
    teamRoles: z.array(z.object({ teamId: z.int(), role: RoleName })).max(1000),
  }),
});

/** Invites somebody by mail. */
export const sendInvite = adminAction("invites.sendInvite", InviteForm, async (ctx, { name, email, ssoEnabled, roles }) => {
  const invite = await createInvite(ctx, { name, email, ssoEnabled, ...roles });
  revalidatePath("/users/invites");
  return { email: invite.email };
});

/** Sends an invite again, with a new link. */
export const sendAgain = adminAction("invites.sendAgain", InviteId, async (ctx, { inviteId }) => {
  const invite = await resendInvite(ctx, inviteId);
  revalidatePath("/users/invites");
  return { email: invite.email };
});

/** Takes an invite back. */
export const takeBack = adminAction("invites.takeBack", InviteId, async (ctx, { inviteId }) => {
  await deleteInvite(ctx, inviteId);
  revalidatePath("/users/invites");
});
