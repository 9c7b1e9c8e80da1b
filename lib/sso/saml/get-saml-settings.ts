import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { FlotillaError } from "../../errors";
import type { IdpMetadata } from "./metadata";
import { parseMetadata } from "./parse-metadata";
import { getSamlSettingsRow, type StoredSamlSettings } from "./saml-queries";
import type { SamlSettings } from "./saml-settings";
import { serviceProvider } from "./service-provider";

/** What is known of the identity provider's metadata. `problem`: why the last fetch failed, or the copy can't be read; empty when all is well. */
export interface MetadataFacts {
  source: "fetched" | "pasted" | "none";
  metadata: IdpMetadata | null;
  fetchedAt: Date | null;
  failedAt: Date | null;
  problem: string;
}

/**
 * SAML's settings, where the identity provider must send its answers, and what is known of its metadata. Needs `security_settings:read`.
 * @throws ForbiddenError `permission_denied`
 */
export async function getSamlSettings(ctx: Context): Promise<SamlSettings & { acsUrl: string; facts: MetadataFacts }> {
  authorize(ctx, "security_settings:read");
  const stored = await getSamlSettingsRow(ctx.db);
  const { enabled, entityId, idpName, idpImageUrl, metadata, metadataUrl, idpInitiated, jitProvisioning, defaultRole, serverUrl } = stored;
  const settings = { enabled, entityId, idpName, idpImageUrl, metadata, metadataUrl, idpInitiated, jitProvisioning, defaultRole, serverUrl };
  return { ...settings, acsUrl: serviceProvider(stored).acsUrl, facts: readFacts(stored) };
}

function readFacts({ metadata, metadataUrl, fetchedMetadata, fetchedAt, fetchFailedAt, fetchProblem }: StoredSamlSettings): MetadataFacts {
  const fetched = metadataUrl ? fetchedMetadata : "";
  const source = fetched ? "fetched" : metadata ? "pasted" : "none";
  const times = metadataUrl ? { fetchedAt, failedAt: fetchFailedAt, problem: fetchProblem } : { fetchedAt: null, failedAt: null, problem: "" };
  if (source === "none") return { source, metadata: null, ...times };
  try {
    return { source, metadata: parseMetadata(fetched || metadata), ...times };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return { source, metadata: null, ...times, problem: error.message };
  }
}
