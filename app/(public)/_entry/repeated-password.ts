import { z } from "zod";
import { NewPassword } from "@/lib/auth/password-rules";

/** A new password as a form sends it, twice. */
export const RepeatedPassword = z
  .object({ newPassword: NewPassword, repeated: z.string() })
  .refine(({ newPassword, repeated }) => newPassword === repeated, { path: ["repeated"], message: "differs from the password above" });
