import { InvalidInputError } from "../../errors";
import type { SamlSettings } from "./saml-settings";

type Tree = Record<string, unknown>;

const part = "sso_settings";
const keys = {
  enable_sso: "enabled",
  entity_id: "entityId",
  idp_name: "idpName",
  idp_image_url: "idpImageUrl",
  metadata: "metadata",
  metadata_url: "metadataUrl",
  enable_sso_idp_login: "idpInitiated",
  enable_jit_provisioning: "jitProvisioning",
  sso_server_url: "serverUrl",
} as const satisfies Record<string, keyof SamlSettings>;
type Key = keyof typeof keys;

/** The settings of SAML as paths of the configuration, each under itself: what of `sso_settings` can be written. */
export const ssoPaths: Readonly<Record<string, `${typeof part}.${Key}`>> = Object.fromEntries(
  (Object.keys(keys) as Key[]).map((key) => [`${part}.${key}`, `${part}.${key}`]),
);

/** What of `sso_settings` older clients send and nothing uses. */
export const ssoUnused = /^sso_settings\.(?:issuer_uri|enable_jit_role_sync)$/;

/** `sso_settings` as clients know it. */
export function toSsoTree(settings: SamlSettings): Tree {
  const written = Object.fromEntries((Object.entries(keys) as [Key, keyof SamlSettings][]).map(([key, name]) => [key, settings[name]]));
  return { ...written, issuer_uri: "", enable_jit_role_sync: false };
}

/** Changed paths of `sso_settings` under the settings' own names; their values are checked where they are stored. */
export function readSsoPatch(changes: Readonly<Tree>): Tree {
  return Object.fromEntries(Object.entries(changes).map(([path, value]) => [keys[path.slice(part.length + 1) as Key], value]));
}

/** The same error with its fields by their paths in the configuration. */
export function atSsoPaths(error: unknown): unknown {
  if (!(error instanceof InvalidInputError) || error.code !== "sso_settings_invalid") return error;
  const pathOf = (name: string) => `${part}.${Object.entries(keys).find(([, known]) => known === name)?.[0] ?? name}`;
  const fields = error.fields.map(({ field, reason }) => ({ field: pathOf(field), reason }));
  return new InvalidInputError("config_invalid", `"${fields[0]?.field}": ${fields[0]?.reason}.`, { cause: error, fields });
}
