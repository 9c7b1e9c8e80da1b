"use client";
import { useActionState } from "react";
import { Field, TextField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { Organisation } from "@/lib/auth/get-organisation";
import { saveOrganisation } from "./actions";

/** The organisation's facts, as blocked people and Microsoft see them. */
export function OrganisationForm({ organisation }: { organisation: Organisation }) {
  const [state, send] = useActionState(saveOrganisation, { ok: false, message: "", fields: {} });
  const { fields } = state;
  return (
    <form action={send} onReset={(event) => event.preventDefault()} className="cform">
      <Field name="name" label="Name" defaultValue={organisation.name} maxLength={255} required error={fields["org_info.org_name"]} />
      <Field
        name="publicUrl"
        label="Public address"
        type="url"
        defaultValue={organisation.publicUrl}
        placeholder="https://flotilla.example.com"
        required
        help="Where people, agents and Microsoft reach this server. Real Microsoft clouds need https. Microsoft is told of a change within 15 minutes."
        error={fields["server_settings.server_url"]}
      />
      <TextField
        name="contactText"
        label="Whom to call when locked out"
        defaultValue={organisation.contactText}
        maxLength={1000}
        rows={2}
        placeholder="IT service desk, weekdays 8 to 18"
        help="Stands on the pages that Microsoft shows to blocked people. Everyone can read it."
        error={fields["org_info.contact_text"]}
      />
      <Field
        name="contactPhone"
        label="Their phone"
        type="tel"
        defaultValue={organisation.contactPhone}
        maxLength={100}
        error={fields["org_info.contact_phone"]}
      />
      <Field
        name="contactUrl"
        label="Their page or mail address"
        defaultValue={organisation.contactUrl}
        placeholder="mailto:help@example.com"
        error={fields["org_info.contact_url"]}
      />
      <Field
        name="transparencyUrl"
        label="What IT can see (page)"
        type="url"
        defaultValue={organisation.transparencyUrl}
        placeholder="https://example.com/what-we-see"
        error={fields["fleet_desktop.transparency_url"]}
      />
      <Field
        name="trayName"
        label="Name of the agent’s icon in the menu bar"
        defaultValue={organisation.trayName}
        maxLength={100}
        help="So that the help pages can name it. Empty: “your work icon”."
        error={fields["fleet_desktop.tray_name"]}
      />
      <FormMessage state={state} />
      <p className="wacts">
        <SubmitButton sending="Saving…">Save</SubmitButton>
      </p>
    </form>
  );
}
