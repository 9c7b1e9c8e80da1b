"use client";
import { useActionState } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { NewPasswordFields } from "../_entry/new-password-fields";
import { accept } from "./actions";

/** What the form needs to know of an invite. */
interface AcceptFormProps {
  token: string;
  email: string;
  name: string;
  organisation: string;
  invitedBy: string;
  ssoEnabled: boolean;
}

/** Joins whoever holds the link, with a password of their own or by single sign-on. */
export function AcceptForm({ token, email, name, organisation, invitedBy, ssoEnabled }: AcceptFormProps) {
  const [state, send] = useActionState(accept, null);
  return (
    <>
      <h1>Join {organisation}</h1>
      <p className="muted under">
        {invitedBy} invited you to Flotilla.
        {ssoEnabled ? " You sign in with your work account; there is no password to choose." : ""}
      </p>
      <form action={send} noValidate>
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="way" value={ssoEnabled ? "sso" : "password"} />
        <Field name="username" label="Email" value={email} readOnly autoComplete="username" />
        <Field
          name="name"
          label="Your name"
          autoComplete="name"
          maxLength={255}
          required
          defaultValue={state?.name ?? name}
          key={state?.name}
          error={state?.fields.name}
        />
        {!ssoEnabled && <NewPasswordFields label="Password" errors={state?.fields ?? {}} />}
        <FormMessage state={state && Object.keys(state.fields).length > 0 ? null : state} />
        <SubmitButton big wide sending="Joining…">
          Join
        </SubmitButton>
      </form>
    </>
  );
}
