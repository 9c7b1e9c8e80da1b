"use client";
import { useActionState, useState, type ChangeEvent } from "react";
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
  // Held here, because a form that was refused would come back empty.
  const [given, setGiven] = useState({ name: "", cloud: "global", tenantId: "", clientId: "", clientSecret: "", ...(directory && pick(directory)) });
  const [answer, setAnswer] = useState({ state, count: 0 });
  if (answer.state !== state) {
    setAnswer({ state, count: answer.count + 1 });
    if (state.ok) setGiven({ ...given, clientSecret: "" }); // stored now, and never shown again
  }
  const held = (name: keyof typeof given) => ({
    value: given[name],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => setGiven((before) => ({ ...before, [name]: event.target.value })),
  });
  return (
    <form action={send} className="cform">
      {directory && <input type="hidden" name="directoryId" value={directory.id} />}
      <Field
        name="name"
        label="Name"
        {...held("name")}
        maxLength={100}
        placeholder="Aldergate Research"
        help="Stands on the sign-in button."
        error={fields.name}
        required
      />
      {/* React resets a form that was sent, and a list only to what it began with: so it begins anew with what was chosen. */}
      <SelectField name="cloud" label="Cloud" key={answer.count} defaultValue={given.cloud} onChange={held("cloud").onChange} error={fields.cloud}>
        {clouds.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </SelectField>
      <Field
        name="tenantId"
        label="Directory (tenant) ID"
        {...held("tenantId")}
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
        {...held("clientId")}
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
        {...held("clientSecret")}
        autoComplete="new-password"
        placeholder={directory ? "Unchanged" : undefined}
        help={
          directory
            ? "Leave it empty to keep the stored one. Entra’s secrets end, most after two years: put in a new one before that."
            : "The secret’s value, not its id. It is stored encrypted and never shown again."
        }
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

function pick({ name, cloud, tenantId, clientId }: Saved): Pick<Saved, "name" | "cloud" | "tenantId" | "clientId"> {
  return { name, cloud, tenantId, clientId };
}
