import type { Db } from "../../db/prisma";
import type { SamlSettings as SamlSettingsRow } from "../../generated/prisma/client";

const only = { id: 1 };

/** The one row of SAML's settings, and the address of this server that applies when the row has none of its own. */
export type StoredSamlSettings = Omit<SamlSettingsRow, "id" | "updatedAt"> & { publicUrl: string };

const unset: Omit<SamlSettingsRow, "id" | "updatedAt"> = {
  enabled: false,
  entityId: "",
  idpName: "",
  idpImageUrl: "",
  metadata: "",
  metadataUrl: "",
  idpInitiated: false,
  jitProvisioning: false,
  defaultRole: "observer",
  serverUrl: "",
  fetchedMetadata: "",
  fetchedAt: null,
  fetchedEtag: "",
  fetchFailedAt: null,
  fetchProblem: "",
};

/** SAML's settings as they are stored; off and empty before anybody set them. */
export async function getSamlSettingsRow(db: Db): Promise<StoredSamlSettings> {
  const row = await db.samlSettings.findUnique({ where: only });
  const organisation = await db.organisation.findUniqueOrThrow({ where: only, select: { publicUrl: true } });
  const { id: _, updatedAt: __, ...stored } = row ?? { ...unset, id: 1, updatedAt: null };
  return { ...stored, publicUrl: organisation.publicUrl };
}

/** Takes the row for this transaction, so that two changes come one after the other. */
export async function lockSamlSettings(db: Db): Promise<StoredSamlSettings> {
  await db.$executeRaw`insert into saml_settings (id) values (1) on conflict (id) do nothing`;
  await db.$queryRaw`select 1 as ok from saml_settings where id = 1 for update`;
  return getSamlSettingsRow(db);
}

/** Writes settings. */
export async function updateSamlSettings(db: Db, data: Partial<Omit<StoredSamlSettings, "publicUrl">>, updatedAt: Date): Promise<void> {
  await db.samlSettings.update({ where: only, data: { ...data, updatedAt } });
}

/** Writes what a fetch brought, unless the address was changed meanwhile. */
export async function updateFetched(
  db: Db,
  metadataUrl: string,
  data: Partial<Pick<SamlSettingsRow, "fetchedMetadata" | "fetchedAt" | "fetchedEtag" | "fetchFailedAt" | "fetchProblem">>,
): Promise<void> {
  await db.samlSettings.updateMany({ where: { ...only, metadataUrl }, data });
}

/** Stores a sign-in under way, and forgets those that nobody came back to. */
export async function insertSamlRequest(
  db: Db,
  request: { cookieHash: string; requestId: string; returnPath: string; createdAt: Date; expiresAt: Date },
): Promise<void> {
  await db.samlRequest.deleteMany({ where: { expiresAt: { lte: request.createdAt } } });
  await db.samlRequest.create({ data: request });
}

/** Takes a sign-in under way out, so that only one caller gets it; null when there is none, or its time is over. */
export async function takeSamlRequest(db: Db, cookieHash: string, now: Date): Promise<{ requestId: string; returnPath: string } | null> {
  const rows = await db.$queryRaw<{ requestId: string; returnPath: string; expiresAt: Date }[]>`
    delete from saml_requests where cookie_hash = ${cookieHash}
    returning request_id as "requestId", return_path as "returnPath", expires_at as "expiresAt"`;
  const [row] = rows;
  return row && row.expiresAt > now ? { requestId: row.requestId, returnPath: row.returnPath } : null;
}

/** Remembers a used assertion until it would have expired by itself. False: it was used before. */
export async function insertSamlAssertion(db: Db, assertion: { issuer: string; assertionId: string; expiresAt: Date }, now: Date): Promise<boolean> {
  await db.$executeRaw`delete from saml_assertions where expires_at <= ${now}`;
  const added = await db.$executeRaw`
    insert into saml_assertions (issuer, assertion_id, expires_at) values (${assertion.issuer}, ${assertion.assertionId}, ${assertion.expiresAt})
    on conflict (issuer, assertion_id) do nothing`;
  return added === 1;
}
