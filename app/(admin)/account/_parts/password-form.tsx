"use client";
import { useActionState } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { savePassword } from "../actions";

/** A new password for oneself. */
export function PasswordForm({ email }: { email: string }) {
  const [state, send] = useActionState(savePassword, { ok: false, message: "", fields: {} });
  const { fields } = state;
  return (
    <form action={send} className="acct-form">
      {/* So that a password manager knows whose password it keeps. */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field name="old_password" label="Present password" type="password" autoComplete="current-password" required error={fields.old_password} />
      <Field
        name="new_password"
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        help="At least 12 characters, with a number and a symbol."
        error={fields.new_password}
      />
      <Field name="again" label="New password again" type="password" autoComplete="new-password" required error={fields.again} />
      <div className="acct-end">
        <FormMessage state={state} />
        <SubmitButton kind="plain" sending="Changing…">
          Change password
        </SubmitButton>
        <p className="sm muted">Your other sessions end with it.</p>
      </div>
    </form>
  );
}
