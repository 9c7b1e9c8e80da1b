import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { NewPassword } from "@/lib/auth/password-rules";
import { resetPassword } from "@/lib/auth/resets/reset-password";

const Body = z
  .strictObject({
    new_password: NewPassword,
    new_password_confirmation: z.string().optional(),
    password_reset_token: z.string({ error: "expected the token of the link" }).min(1, "expected the token of the link").max(200),
  })
  .refine(({ new_password, new_password_confirmation }) => new_password_confirmation === undefined || new_password_confirmation === new_password, {
    path: ["new_password_confirmation"],
    message: "differs from the new password",
  });

/** Gives the owner of a one-time link a new password; all their sessions end. */
export const POST = adminRoute({ route: "POST reset_password", body: Body }, async (ctx, { body }) => {
  await resetPassword(ctx, { token: body.password_reset_token, newPassword: body.new_password });
  return {};
});
