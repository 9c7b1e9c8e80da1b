"use server";
import { failedState, plainForm, type ActionState } from "@/lib/auth/admin-action";
import { resetPassword } from "@/lib/auth/resets/reset-password";
import { fieldProblems } from "@/lib/http/error-envelope";
import { RepeatedPassword } from "../_entry/repeated-password";
import { visitorContext } from "../_entry/visitor";

/** Sets the new password of whoever holds the link. */
export async function setNewPassword(_before: ActionState | null, form: FormData): Promise<ActionState> {
  const parsed = RepeatedPassword.safeParse(plainForm(form));
  if (!parsed.success) {
    const fields = fieldProblems(parsed.error).toReversed();
    return { ok: false, message: "", fields: Object.fromEntries(fields.map(({ field, reason }) => [field, reason])) };
  }
  try {
    const token = String(form.get("token") ?? "").slice(0, 200);
    await resetPassword(await visitorContext(), { token, newPassword: parsed.data.newPassword });
    return { ok: true, message: "", fields: {} };
  } catch (error) {
    const state = failedState(error);
    return { ...state, fields: state.fields.new_password ? { newPassword: state.fields.new_password } : {} };
  }
}
