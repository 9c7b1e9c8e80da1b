"use client";
import { startTransition, useActionState } from "react";
import { Button } from "@/app/_components/button";
import { CheckField, Field, SelectField, TextField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import type { ActionState } from "@/lib/auth/admin-action";
import type { SamlSettings } from "@/lib/sso/saml/saml-settings";
import { saveSaml } from "./actions";

/** What an identity provider is, whom it lets in, and the switch. */
export function SamlForm({ settings, canWrite }: { settings: SamlSettings; canWrite: boolean }) {
  const [state, send, isSaving] = useActionState<ActionState, FormData>(saveSaml, { ok: false, message: "", fields: {} });
  const { fields } = state;
  return (
    <form
      action={send}
      onSubmit={(event) => {
        // A form's own action empties its fields afterwards, also when something in them has to be mended.
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        startTransition(() => send(form));
      }}
      className="cform"
    >
      <fieldset disabled={!canWrite} className="saml-fields">
        <CheckField name="enabled" id="saml-enabled" label="Let people sign in with SAML" defaultChecked={settings.enabled} />
        <Field
          name="idpName"
          id="saml-idp-name"
          label="Identity provider’s name"
          defaultValue={settings.idpName}
          maxLength={100}
          placeholder="Entra ID"
          help="Stands on the sign-in button."
          error={fields.idpName}
        />
        <Field
          name="entityId"
          id="saml-entity-id"
          label="Entity ID"
          defaultValue={settings.entityId}
          maxLength={1024}
          placeholder="fleet"
          autoComplete="off"
          spellCheck={false}
          help="What the identity provider calls this server. It must be the same there, to the letter."
          error={fields.entityId}
        />
        <Field
          name="metadataUrl"
          id="saml-metadata-url"
          label="Metadata URL"
          type="url"
          defaultValue={settings.metadataUrl}
          maxLength={2000}
          placeholder="https://login.microsoftonline.com/…/federationmetadata.xml?appid=…"
          autoComplete="off"
          help="Fetched when you save, then every hour. New certificates are taken over by themselves."
          error={fields.metadataUrl}
        />
        <TextField
          name="metadata"
          id="saml-metadata"
          label="Metadata"
          defaultValue={settings.metadata}
          rows={4}
          spellCheck={false}
          help="Only for an identity provider that this server can’t reach. With a URL, the URL counts."
          error={fields.metadata}
        />
        <Field
          name="idpImageUrl"
          id="saml-image-url"
          label="Image URL (optional)"
          type="url"
          defaultValue={settings.idpImageUrl}
          maxLength={1000}
          placeholder="https://example.com/logo.png"
          help="A small square picture for the sign-in button."
          error={fields.idpImageUrl}
        />
        <Field
          name="serverUrl"
          id="saml-server-url"
          label="Other address for sign-in (optional)"
          type="url"
          defaultValue={settings.serverUrl}
          maxLength={300}
          placeholder="https://flotilla.example.com"
          help="Only when people reach this server under another address than the public one. It changes the reply URL."
          error={fields.serverUrl}
        />
        <CheckField
          name="idpInitiated"
          id="saml-idp-initiated"
          label="Let people start at the identity provider"
          defaultChecked={settings.idpInitiated}
          help="For the tile in My Apps. Then somebody else’s link can sign a person in under an account that isn’t theirs, so leave it off unless you need it."
        />
        <CheckField
          name="jitProvisioning"
          id="saml-jit"
          label="Add people when they first sign in"
          defaultChecked={settings.jitProvisioning}
          help="Off: only users whom an admin added, marked as SSO users, can sign in."
        />
        <SelectField
          name="defaultRole"
          id="saml-default-role"
          label="Role of people whom no rule names"
          defaultValue={settings.defaultRole}
          help="Admin and other roles come from rules, from attributes of the answer, or from an admin here."
          error={fields.defaultRole}
        >
          <option value="none">None: they sign in and see nothing</option>
          <option value="observer">Observer</option>
        </SelectField>
      </fieldset>
      {canWrite && (
        <>
          <FormMessage state={state} />
          <p className="wacts">
            <Button type="submit" kind="primary" pending={isSaving && "Saving…"}>
              Save
            </Button>
          </p>
        </>
      )}
    </form>
  );
}
