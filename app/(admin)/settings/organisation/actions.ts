"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { updateOrganisationConfig } from "@/lib/teams/update-organisation-config";

const Text = z.string().max(2000).default("");
const OrganisationForm = z.object({
  name: Text,
  publicUrl: Text,
  contactText: Text,
  contactPhone: Text,
  contactUrl: Text,
  transparencyUrl: Text,
  trayName: Text,
});

/** Saves the organisation's facts. */
export const saveOrganisation = adminAction("organisation.saveOrganisation", OrganisationForm, async (ctx, form) => {
  await updateOrganisationConfig(ctx, {
    org_info: { org_name: form.name, contact_text: form.contactText, contact_phone: form.contactPhone, contact_url: form.contactUrl },
    server_settings: { server_url: form.publicUrl },
    fleet_desktop: { transparency_url: form.transparencyUrl, tray_name: form.trayName },
  });
  revalidatePath("/settings", "layout");
  return "Saved.";
});
