import type { Db } from "../db/prisma";
import { isUniqueViolation } from "../db/unique-violation";
import { ConflictError } from "../errors";
import { hashToken, openSecret, sealSecret } from "../secret-box";
import { enrollSecretPurpose, type EnrollSecret } from "./enroll-secrets";

/** The secrets of a team, or the global ones for null, oldest first. */
export async function listEnrollSecretRows(db: Db, teamId: number | null): Promise<EnrollSecret[]> {
  const rows = await db.enrollSecret.findMany({ where: { teamId }, orderBy: { id: "asc" } });
  return rows.map((row) => ({ secret: openSecret(row.secretCiphertext, enrollSecretPurpose), createdAt: row.createdAt, teamId: row.teamId }));
}

/** @throws ConflictError `enroll_secret_in_use` */
export async function insertEnrollSecretRows(db: Db, teamId: number | null, secrets: string[], createdAt: Date): Promise<void> {
  try {
    await db.enrollSecret.createMany({
      data: secrets.map((secret) => ({ secretHash: hashToken(secret), secretCiphertext: sealSecret(secret, enrollSecretPurpose), teamId, createdAt })),
    });
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    const reason = "One of these secrets is in use by another team. Each secret admits to one team only.";
    throw new ConflictError("enroll_secret_in_use", reason, { cause, fields: [{ field: "secrets", reason }] });
  }
}

/** Removes all secrets of a team but those to keep; answers which of those stand already. */
export async function deleteEnrollSecretRowsExcept(db: Db, teamId: number | null, keep: string[]): Promise<Set<string>> {
  const hashes = new Map(keep.map((secret) => [hashToken(secret), secret]));
  await db.enrollSecret.deleteMany({ where: { teamId, secretHash: { notIn: [...hashes.keys()] } } });
  const standing = await db.enrollSecret.findMany({ where: { teamId }, select: { secretHash: true } });
  return new Set(standing.map((row) => hashes.get(row.secretHash) as string));
}
