"use client";
import { useActionState } from "react";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { saveCredential } from "./actions";
import { CredentialFields } from "./credential-fields";

/** Replaces the secret or certificate; it is tried at once. */
export function CredentialForm({ connectionId }: { connectionId: number }) {
  const [state, send] = useActionState(saveCredential, { ok: false, message: "", fields: {} });
  return (
    <form action={send} className="cform">
      <input type="hidden" name="connectionId" value={connectionId} />
      <CredentialFields errors={state.fields} />
      <FormMessage state={state} />
      <p className="wacts">
        <SubmitButton sending="Saving…" kind="primary">
          Save and try it
        </SubmitButton>
      </p>
    </form>
  );
}
