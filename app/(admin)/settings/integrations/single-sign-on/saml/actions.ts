"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { refreshSamlMetadata } from "@/lib/sso/saml/refresh-saml-metadata";
import { updateSamlSettings } from "@/lib/sso/saml/update-saml-settings";

const page = "/settings/integrations/single-sign-on";
// A browser sends a ticked box as "on", and an empty one not at all.
const Tick = z
  .literal("on")
  .optional()
  .transform((given) => given === "on");
const Line = z.string("expected text").max(1024 * 1024);

const SamlForm = z.object({
  enabled: Tick,
  idpName: Line,
  entityId: Line,
  metadataUrl: Line,
  metadata: Line,
  idpImageUrl: Line,
  serverUrl: Line,
  idpInitiated: Tick,
  jitProvisioning: Tick,
  defaultRole: Line,
});

/** Saves how people sign in with SAML; a new metadata address is fetched first. */
export const saveSaml = adminAction("saml.saveSaml", SamlForm, async (ctx, form) => {
  await updateSamlSettings(ctx, form);
  revalidatePath(page, "layout");
  return form.enabled ? "Saved. People can sign in this way." : "Saved. SAML is off.";
});

/** Fetches the identity provider's metadata again. */
export const fetchMetadata = adminAction("saml.fetchMetadata", z.object({}), async (ctx) => {
  await refreshSamlMetadata(ctx);
  revalidatePath(page, "layout");
  return "Fetched.";
});
