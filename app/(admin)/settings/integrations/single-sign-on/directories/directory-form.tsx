"use client";
import { useActionState } from "react";
import { Field, SelectField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { Directory } from "@/lib/sso/oidc/directory";
import { addDirectory, saveDirectory } from "./actions";

type Saved = Pick<Directory, "id" | "name" | "cloud" | "tenantId" | "clientId"> & { isOn: boolean };

/** Name, tenant, app and secret; for a new directory or a saved one, whose secret is never shown again. */
export function DirectoryForm({ directory, clouds }: { directory: Saved | null; clouds: readonly { name: Directory["cloud"]; title: string }[] }) {
  const [state, send] = useActionState(directory ? saveDirectory : addDirectory, { ok: false, message: "", fields: {} });
  const { fields } = state;
  return (
    <form action={send} className="cform">
      {directory && <input type="hidden" name="directoryId" value={directory.id} />}
      <Field
        name="name"
        label="Name"
        defaultValue={directory?.name}
        maxLength={100}
        placeholder="Aldergate Research"
        help="Stands on the sign-in button."
        error={fields.name}
        required
      />
      <SelectField name="cloud" label="Cloud" defaultValue={directory?.cloud ?? "global"} error={fields.cloud}>
        {clouds.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </SelectField>
      <Field
        name="tenantId"
        label="Directory (tenant) ID"
        defaultValue={directory?.tenantId}
        placeholder="3f2504e0-4f89-41d3-9a0c-0305e82c3301"
        className="mono"
        autoComplete="off"
        spellCheck={false}
        help="Only people of this tenant can sign in."
        error={fields.tenantId}
        required
      />
      <Field
        name="clientId"
        label="Application (client) ID"
        defaultValue={directory?.clientId}
        placeholder="3f2504e0-4f89-41d3-9a0c-0305e82c3301"
        className="mono"
        autoComplete="off"
        spellCheck={false}
        error={fields.clientId}
        required
      />
      <Field
        name="clientSecret"
        label={directory ? "New client secret" : "Client secret"}
        type="password"
        autoComplete="new-password"
        placeholder={directory ? "Unchanged" : undefined}
        help={directory ? "Leave it empty to keep the stored one." : "The secret’s value, not its id. It is stored encrypted and never shown again."}
        error={fields.clientSecret}
        required={!directory}
      />
      {directory?.isOn && (
        <p className="sm muted">Another tenant, app or secret switches the directory off until you have tried it. People who are signed in stay signed in.</p>
      )}
      <FormMessage state={state} />
      <p className="wacts">
        <SubmitButton sending="Saving…" kind={directory ? "plain" : "primary"}>
          {directory ? "Save" : "Save as a draft"}
        </SubmitButton>
      </p>
    </form>
  );
}
