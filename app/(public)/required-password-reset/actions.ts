"use server";
import { redirect } from "next/navigation";
import { adminAction } from "@/lib/auth/admin-action";
import { performRequiredReset } from "@/lib/auth/resets/perform-required-reset";
import { InvalidInputError } from "@/lib/errors";
import { RepeatedPassword } from "../_entry/repeated-password";

/** Sets the new password that an admin asked for, and goes on. */
export const choosePassword = adminAction("required-password-reset.choosePassword", RepeatedPassword, async (ctx, { newPassword }) => {
  try {
    await performRequiredReset(ctx, newPassword);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const fields = error.fields.map(({ field, reason }) => ({ field: field === "new_password" ? "newPassword" : field, reason }));
    throw new InvalidInputError(error.code, error.message, { cause: error, fields });
  }
  redirect("/");
});
