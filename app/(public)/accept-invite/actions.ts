"use server";
import { redirect } from "next/navigation";
import { z } from "zod";
import { failedState, plainForm, type ActionState } from "@/lib/auth/admin-action";
import { acceptInvite } from "@/lib/auth/invites/accept-invite";
import { fieldProblems } from "@/lib/http/error-envelope";
import { RepeatedPassword } from "../_entry/repeated-password";
import { visitorContext } from "../_entry/visitor";

const Name = z.string().trim().min(1, "expected your name").max(255, "may have at most 255 characters");
const WithPassword = RepeatedPassword.and(z.object({ name: Name }));
const WithoutPassword = z.object({ name: Name }).transform(({ name }) => ({ name, newPassword: undefined }));

/** What the form shows: the name that was typed, and what came of it. */
export interface AcceptState extends ActionState {
  name: string;
}

/** Makes the user of whoever holds the invite's link; a page that says so follows. */
export async function accept(_before: AcceptState | null, form: FormData): Promise<AcceptState> {
  const name = String(form.get("name") ?? "");
  const bySso = form.get("way") === "sso";
  const parsed = (bySso ? WithoutPassword : WithPassword).safeParse(plainForm(form));
  if (!parsed.success) {
    const fields = fieldProblems(parsed.error).toReversed();
    return { ok: false, message: "", fields: Object.fromEntries(fields.map(({ field, reason }) => [field, reason])), name };
  }
  try {
    const token = String(form.get("token") ?? "").slice(0, 200);
    await acceptInvite(await visitorContext(), { token, name, password: parsed.data.newPassword });
  } catch (error) {
    const { fields, ...state } = failedState(error);
    return { ...state, name, fields: { ...(fields.name && { name: fields.name }), ...(fields.password && { newPassword: fields.password }) } };
  }
  redirect(`/accept-invite?joined=${bySso ? "sso" : "password"}`);
}
