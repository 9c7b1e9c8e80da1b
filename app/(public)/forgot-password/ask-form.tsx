"use client";
import Link from "next/link";
import { useActionState } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { askForLink } from "./actions";

/** Asks for the mail address; afterwards says what happens next, the same for every address. */
export function AskForm({ minutes }: { minutes: number }) {
  const [state, send] = useActionState(askForLink, null);
  if (state?.ok) {
    return (
      <>
        <h1 tabIndex={-1} ref={(heading) => heading?.focus()}>
          Look into your mail
        </h1>
        <p className="muted under">
          If <b>{state.email}</b> belongs to someone who signs in here with a password, a link is on its way. It works once, for {minutes} minutes.
        </p>
        <p className="sm muted told">
          Nothing there after a few minutes? Look among the junk, check the address, or ask an admin. Who signs in by single sign-on has no password here.
        </p>
        <p>
          <Link href="/sign-in?way=password">Back to signing in</Link>
        </p>
      </>
    );
  }
  return (
    <>
      <h1>Forgot your password?</h1>
      <p className="muted under">Give the address you sign in with. We mail you a link to choose a new password.</p>
      <form action={send} noValidate>
        <Field
          name="email"
          label="Email"
          type="email"
          autoComplete="username"
          required
          defaultValue={state?.email}
          key={state?.email}
          error={state?.fields.email}
        />
        <FormMessage state={state} />
        <SubmitButton big wide sending="Sending…">
          Mail me a link
        </SubmitButton>
        <p>
          <Link href="/sign-in?way=password">Back to signing in</Link>
        </p>
      </form>
    </>
  );
}
