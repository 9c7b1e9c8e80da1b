import type { Db } from "../db/prisma";

const only = { id: 1 };

/** The organisation that runs this server; `setUpAt` is null until the first run was finished. */
export interface OrganisationRow {
  name: string;
  publicUrl: string;
  setupTokenHash: string | null;
  setUpAt: Date | null;
  contactText: string;
  contactPhone: string;
  contactUrl: string;
  transparencyUrl: string;
  trayName: string;
}

/** The one row. */
export async function getOrganisationRow(db: Db): Promise<OrganisationRow> {
  return db.organisation.findUniqueOrThrow({ where: only });
}

/** Takes the row for this transaction, so that two first runs don't both finish. */
export async function lockOrganisationRow(db: Db): Promise<OrganisationRow> {
  await db.$queryRaw`select 1 as ok from organisation where id = 1 for update`;
  return getOrganisationRow(db);
}

/** Stores which setup tokens are valid (sha256 each, newest first). */
export async function updateSetupTokens(db: Db, hashes: string[]): Promise<void> {
  await db.organisation.update({ where: only, data: { setupTokenHash: hashes.join(",") } });
}

/** Closes the first run. */
export async function finishOrganisationSetup(db: Db, { name, publicUrl, setUpAt }: { name: string; publicUrl: string; setUpAt: Date }): Promise<void> {
  await db.organisation.update({ where: only, data: { name, publicUrl, setUpAt, setupTokenHash: null } });
}

/** Stores the address under which people and agents reach this server. */
export async function updatePublicUrl(db: Db, publicUrl: string): Promise<void> {
  await db.organisation.update({ where: only, data: { publicUrl } });
}

/** Stores the first enroll secret, which admits to "No team". */
export async function insertFirstEnrollSecret(db: Db, secretHash: string, secretCiphertext: string): Promise<void> {
  await db.enrollSecret.create({ data: { secretHash, secretCiphertext, teamId: null } });
}
