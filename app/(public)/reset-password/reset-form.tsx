"use client";
import Link from "next/link";
import { useActionState } from "react";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { NewPasswordFields } from "../_entry/new-password-fields";
import { setNewPassword } from "./actions";

/** A new password for whoever holds the link's token, and what follows. */
export function ResetForm({ token }: { token: string }) {
  const [state, send] = useActionState(setNewPassword, null);
  if (state?.ok) {
    return (
      <>
        <h1 tabIndex={-1} ref={(heading) => heading?.focus()}>
          Your new password is set
        </h1>
        <p className="muted under">You were signed out everywhere. Sign in with the new one.</p>
        <Link className="btn primary big wide" href="/sign-in?way=password">
          Sign in
        </Link>
      </>
    );
  }
  if (!token || state?.code === "reset_link_invalid") return <SpentLink />;
  return (
    <>
      <h1>Choose a new password</h1>
      <p className="muted under">It replaces the old one and signs you out everywhere.</p>
      <form action={send} noValidate>
        <input type="hidden" name="token" value={token} />
        <NewPasswordFields errors={state?.fields ?? {}} />
        <FormMessage state={state} />
        <SubmitButton big wide sending="Saving…">
          Set the new password
        </SubmitButton>
      </form>
    </>
  );
}

function SpentLink() {
  return (
    <>
      <h1>This link doesn’t work any more</h1>
      <p className="muted under">It was used already, its time is over, or a part of it is missing. Your password is as it was.</p>
      <Link className="btn primary big wide" href="/forgot-password">
        Ask for a new link
      </Link>
      <p className="after">
        <Link href="/sign-in?way=password">Back to signing in</Link>
      </p>
    </>
  );
}
