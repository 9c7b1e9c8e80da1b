"use client";
import { useActionState, useState } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { saveProfile } from "../actions";

/** One's own name and mail address. The address is what a password signs in with, so changing it asks for the password. */
export function ProfileForm({ name, email, sso }: { name: string; email: string; sso: boolean }) {
  const [state, send] = useActionState(saveProfile, { ok: false, message: "", fields: {} });
  const [draft, setDraft] = useState({ name, email });
  const { fields } = state;
  const newEmail = !sso && draft.email.trim().toLowerCase() !== email;
  return (
    <form action={send} className="acct-form">
      <Field
        name="name"
        label="Name"
        autoComplete="name"
        maxLength={255}
        required
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        error={fields.name}
      />
      {sso ? (
        <div>
          <span className="lab">E-mail</span>
          <p>{email}</p>
          <p className="sm muted">Comes from your organisation’s account.</p>
        </div>
      ) : (
        <Field
          name="email"
          label="E-mail"
          type="email"
          autoComplete="email"
          required
          value={draft.email}
          onChange={(event) => setDraft({ ...draft, email: event.target.value })}
          help="You sign in with it."
          error={fields.email}
        />
      )}
      {newEmail && (
        <Field
          name="password"
          label="Your password"
          type="password"
          autoComplete="current-password"
          required
          help="Needed to change the address that you sign in with."
          error={fields.password}
        />
      )}
      <div className="acct-end">
        <FormMessage state={state} />
        <SubmitButton kind="plain" sending="Saving…">
          Save profile
        </SubmitButton>
      </div>
    </form>
  );
}
