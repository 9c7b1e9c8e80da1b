import { createHash } from "node:crypto";
import { changesBetween, type Changes } from "../../activities/changes-between";
import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { FlotillaError, InvalidInputError, type FieldProblem } from "../../errors";
import { fieldProblems } from "../../http/error-envelope";
import { fetchMetadata } from "./fetch-metadata";
import { parseMetadata } from "./parse-metadata";
import { lockSamlSettings, updateSamlSettings as writeSettings, type StoredSamlSettings } from "./saml-queries";
import { SamlPatch, type SamlSettings } from "./saml-settings";

type Fetched = Pick<StoredSamlSettings, "fetchedMetadata" | "fetchedAt" | "fetchedEtag" | "fetchFailedAt" | "fetchProblem">;

const nothingFetched: Fetched = { fetchedMetadata: "", fetchedAt: null, fetchedEtag: "", fetchFailedAt: null, fetchProblem: "" };

/**
 * Changes SAML's settings. A new metadata address is fetched at once, and kept only if what comes back can be used. What must be set is asked for while
 * SAML is on. Saying the same again changes nothing and needs no more than `security_settings:read`; a change needs `security_settings:write`.
 * @throws InvalidInputError `sso_settings_invalid` with each field's problem; ForbiddenError
 */
export async function updateSamlSettings(ctx: Context, patch: unknown): Promise<void> {
  authorize(ctx, "security_settings:read");
  const parsed = SamlPatch.safeParse(patch);
  if (!parsed.success) throw invalid(fieldProblems(parsed.error));
  await inTransaction(ctx, async (tx) => {
    const before = await lockSamlSettings(tx.db);
    const changed = changesBetween(before, parsed.data);
    if (Object.keys(changed).length === 0) return;
    authorize(tx, "security_settings:write");
    const values = Object.fromEntries(Object.entries(changed).map(([name, { to }]) => [name, to])) as Partial<SamlSettings>;
    const after = { ...before, ...values };
    const problems = [...(after.enabled ? findMissing(after) : []), ...findMetadataProblem(values.metadata)];
    if (problems.length > 0) throw invalid(problems);
    const fetched = await fetchIfNew(tx, before, after);
    await writeSettings(tx.db, { ...values, ...fetched }, tx.now());
    await recordActivity(tx, { type: "edited_saml_settings", details: { idp_name: after.idpName, changed: told(changed) } });
  });
}

function findMissing({ entityId, idpName, metadata, metadataUrl }: StoredSamlSettings): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!entityId) problems.push({ field: "entityId", reason: "is missing: the identifier of this server at the identity provider, such as fleet" });
  if (!idpName) problems.push({ field: "idpName", reason: "is missing: it stands on the sign-in button" });
  if (!metadata && !metadataUrl) problems.push({ field: "metadataUrl", reason: "is missing: give the metadata's address, or paste the metadata" });
  return problems;
}

function findMetadataProblem(metadata: string | undefined): FieldProblem[] {
  if (!metadata) return [];
  try {
    parseMetadata(metadata);
    return [];
  } catch (error) {
    return [problemOf("metadata", error)];
  }
}

async function fetchIfNew(tx: Context, before: StoredSamlSettings, after: StoredSamlSettings): Promise<Partial<Fetched>> {
  if (!after.metadataUrl) return before.metadataUrl ? nothingFetched : {};
  const isNew = after.metadataUrl !== before.metadataUrl;
  if (!isNew && (before.fetchedMetadata || !after.enabled || before.enabled)) return {};
  try {
    const { text, etag } = await fetchMetadata(after.metadataUrl);
    parseMetadata(text ?? "");
    return { ...nothingFetched, fetchedMetadata: text ?? "", fetchedAt: tx.now(), fetchedEtag: etag };
  } catch (error) {
    throw invalid([problemOf("metadataUrl", error)]);
  }
}

function problemOf(field: string, error: unknown): FieldProblem {
  if (error instanceof FlotillaError) return { field, reason: error.message };
  throw error;
}

/** Named as the REST API names them. Metadata is long: its fingerprint says whether it is the same. */
function told(changed: Changes): Changes {
  const print = (text: unknown) => (text ? `sha256:${createHash("sha256").update(String(text)).digest("hex").slice(0, 16)}` : "");
  return Object.fromEntries(
    Object.entries(changed).map(([name, { from, to }]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      name === "metadata" ? { from: print(from), to: print(to) } : { from, to },
    ]),
  );
}

function invalid(fields: FieldProblem[]): InvalidInputError {
  return new InvalidInputError("sso_settings_invalid", "Some fields need another value.", { fields });
}
