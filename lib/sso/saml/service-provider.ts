import type { StoredSamlSettings } from "./saml-queries";

/** The path to which identity providers send their answers. */
export const acsPath = "/api/v1/fleet/sso/callback";

/** What this server is to an identity provider: its name there, and where answers go. */
export interface ServiceProvider {
  entityId: string;
  baseUrl: string;
  acsUrl: string;
}

/** This server as the identity provider knows it. Another address than the public one can be set for sign-in. */
export function serviceProvider(settings: Pick<StoredSamlSettings, "entityId" | "serverUrl" | "publicUrl">): ServiceProvider {
  const baseUrl = (settings.serverUrl || settings.publicUrl).replace(/\/+$/, "");
  return { entityId: settings.entityId, baseUrl, acsUrl: baseUrl + acsPath };
}
