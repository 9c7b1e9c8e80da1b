"use client";
import Link from "next/link";
import { useActionState } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { signIn } from "./actions";

/** E-mail and password. After a failure the address stays, the password goes. */
export function PasswordForm({ next }: { next: string }) {
  const [state, send] = useActionState(signIn, null);
  return (
    <form action={send}>
      <input type="hidden" name="next" value={next} />
      <Field name="email" label="Email" type="email" autoComplete="username" required defaultValue={state?.email} key={state?.email} />
      <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      <FormMessage state={state} />
      <SubmitButton big wide sending="Signing in…">
        Sign in
      </SubmitButton>
      <p>
        <Link href="/forgot-password">Forgot your password?</Link>
      </p>
    </form>
  );
}
