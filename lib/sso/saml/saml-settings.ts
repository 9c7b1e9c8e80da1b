import { z } from "zod";
import { mayBeFetched } from "./outside-address";
import type { StoredSamlSettings } from "./saml-queries";

/** What an admin sets of SAML. `metadataUrl` wins over pasted `metadata`; `serverUrl` is empty where the public address is meant. */
export type SamlSettings = Pick<StoredSamlSettings, SamlSettingName>;

/** The settings' names. */
export const samlSettingNames = [
  "enabled",
  "entityId",
  "idpName",
  "idpImageUrl",
  "metadata",
  "metadataUrl",
  "idpInitiated",
  "jitProvisioning",
  "defaultRole",
  "serverUrl",
] as const;
type SamlSettingName = (typeof samlSettingNames)[number];

const Text = (max: number) =>
  z
    .string("expected text")
    .trim()
    .max(max, `may have at most ${max} characters`)
    .refine((text) => !text.includes("\u0000"), "has a NUL character in it");
const Switch = z.boolean("expected true or false");

/** Changes to SAML's settings; what is left out stays. */
export const SamlPatch = z.strictObject({
  enabled: Switch.optional(),
  entityId: Text(1024).optional(),
  idpName: Text(100).optional(),
  idpImageUrl: Text(1000)
    .refine((text) => text === "" || (URL.canParse(text) && new URL(text).protocol === "https:"), "expected an address that begins with https://, or nothing")
    .optional(),
  metadata: Text(1024 * 1024).optional(),
  metadataUrl: Text(2000)
    .refine((text) => text === "" || mayBeFetched(text), "expected an address that begins with https://, or nothing")
    .optional(),
  idpInitiated: Switch.optional(),
  jitProvisioning: Switch.optional(),
  defaultRole: z.enum(["none", "observer"], "expected none or observer").optional(),
  serverUrl: Text(300)
    .refine((text) => text === "" || isOrigin(text), "expected an address such as https://flotilla.example.com, without a path, or nothing")
    .optional(),
});
/** See the schema of the same name. */
export type SamlPatch = z.output<typeof SamlPatch>;

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, "").toLowerCase();
}
