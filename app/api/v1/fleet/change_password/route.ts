import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { changePassword } from "@/lib/auth/change-password";
import { NewPassword } from "@/lib/auth/password-rules";

const ChangePasswordBody = z.strictObject({ old_password: z.string({ error: "expected the present password" }).max(1000), new_password: NewPassword });

/** Gives the caller a new password and ends their other sessions. */
export const POST = adminRoute({ route: "POST change_password", body: ChangePasswordBody }, async (ctx, { body }) => {
  await changePassword(ctx, { oldPassword: body.old_password, newPassword: body.new_password });
  return {};
});
