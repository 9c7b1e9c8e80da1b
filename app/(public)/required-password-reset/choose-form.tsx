"use client";
import { useActionState } from "react";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { NewPasswordFields } from "../_entry/new-password-fields";
import { choosePassword } from "./actions";

/** The new password that an admin asked for. */
export function ChooseForm() {
  const [state, send] = useActionState(choosePassword, { ok: false, message: "", fields: {} });
  return (
    <form action={send} noValidate>
      <NewPasswordFields errors={state.fields} />
      <FormMessage state={Object.keys(state.fields).length > 0 ? null : state} />
      <SubmitButton big wide sending="Saving…">
        Save and go on
      </SubmitButton>
    </form>
  );
}
