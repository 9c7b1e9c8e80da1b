import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { getMe } from "@/lib/auth/get-me";
import { NewPassword } from "@/lib/auth/password-rules";
import { performRequiredReset } from "@/lib/auth/resets/perform-required-reset";
import { toUserJson } from "@/lib/auth/user-json";

/** Gives the caller, whom an admin asked for it, a new password. */
export const POST = adminRoute(
  { route: "POST perform_required_password_reset", body: z.strictObject({ new_password: NewPassword }) },
  async (ctx, { body }) => {
    await performRequiredReset(ctx, body.new_password);
    return { user: toUserJson(await getMe(ctx)) };
  },
);
