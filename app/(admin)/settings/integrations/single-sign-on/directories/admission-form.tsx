"use client";
import { useActionState } from "react";
import { CheckField, SelectField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { Directory } from "@/lib/sso/oidc/directory";
import { saveAdmission } from "./actions";

/** Whether people are added at their first sign-in, and the role of those whom no rule names. */
export function AdmissionForm({ directory }: { directory: Pick<Directory, "id" | "jitProvisioning" | "defaultRole"> }) {
  const [state, send] = useActionState(saveAdmission, { ok: false, message: "", fields: {} });
  return (
    <form action={send} className="cform">
      <input type="hidden" name="directoryId" value={directory.id} />
      <CheckField
        name="jitProvisioning"
        label="Add people when they first sign in"
        defaultChecked={directory.jitProvisioning}
        help="Off: only users whom an admin added, marked as SSO users, can sign in. Who may sign in at all is decided in Entra, under Users and groups of the enterprise application."
      />
      <SelectField
        name="defaultRole"
        label="Role of people whom no rule names"
        defaultValue={directory.defaultRole}
        help="Admin and other roles come from rules, or from an admin here."
        error={state.fields.defaultRole}
      >
        <option value="none">None: they sign in and see nothing</option>
        <option value="observer">Observer</option>
      </SelectField>
      <FormMessage state={state} />
      <p className="wacts">
        <SubmitButton sending="Saving…" kind="plain">
          Save
        </SubmitButton>
      </p>
    </form>
  );
}
