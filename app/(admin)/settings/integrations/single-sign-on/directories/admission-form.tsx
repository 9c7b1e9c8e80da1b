"use client";
import { useActionState, useState } from "react";
import { CheckField, SelectField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { Directory } from "@/lib/sso/oidc/directory";
import { saveAdmission } from "./actions";

/** Whether people are added at their first sign-in, and the role of those whom no rule names. */
export function AdmissionForm({ directory }: { directory: Pick<Directory, "id" | "jitProvisioning" | "defaultRole"> }) {
  const [state, send] = useActionState(saveAdmission, { ok: false, message: "", fields: {} });
  // React resets a form that was sent to what it began with: so both fields begin anew with what was chosen.
  const [answer, setAnswer] = useState({ state, count: 0 });
  if (answer.state !== state) setAnswer({ state, count: answer.count + 1 });
  const [adds, setAdds] = useState(directory.jitProvisioning);
  const [role, setRole] = useState<string>(directory.defaultRole);
  return (
    <form action={send} className="cform">
      <input type="hidden" name="directoryId" value={directory.id} />
      <CheckField
        name="jitProvisioning"
        label="Add people when they first sign in"
        key={`adds-${answer.count}`}
        defaultChecked={adds}
        onChange={(event) => setAdds(event.target.checked)}
        help="Off: only users whom an admin added, marked as SSO users, can sign in. Who may sign in at all is decided in Entra, under Users and groups of the enterprise application."
      />
      <SelectField
        name="defaultRole"
        label="Role of people whom no rule names"
        key={`role-${answer.count}`}
        defaultValue={role}
        onChange={(event) => setRole(event.target.value)}
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
