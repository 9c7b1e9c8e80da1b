import type { Db } from "../../db/prisma";
import { NotFoundError } from "../../errors";
import type { LoginCloud } from "../../http/microsoft-login";
import { DirectoryTrial, settingsFingerprint, type Directory } from "./directory";

/** A directory as it is stored. */
export interface DirectoryRow extends Directory {
  secretCiphertext: string;
}

/** What of a directory can be written. */
export type DirectoryValues = Partial<
  Pick<DirectoryRow, "name" | "cloud" | "tenantId" | "clientId" | "secretCiphertext" | "enabledAt" | "jitProvisioning" | "defaultRole">
>;

type Stored = NonNullable<Awaited<ReturnType<Db["ssoDirectory"]["findUnique"]>>>;

function toRow(row: Stored): DirectoryRow {
  // A trial that an earlier version wrote otherwise is no trial.
  const trial = DirectoryTrial.safeParse(row.trial);
  return {
    ...row,
    cloud: row.cloud as LoginCloud,
    defaultRole: row.defaultRole === "observer" ? "observer" : "none",
    settings: settingsFingerprint(row),
    trial: trial.success ? trial.data : null,
  };
}

/** All directories, the oldest first. */
export async function listDirectoryRows(db: Db): Promise<DirectoryRow[]> {
  return (await db.ssoDirectory.findMany({ orderBy: { id: "asc" } })).map(toRow);
}

/** The slugs and names of the directories that are on, the oldest first. */
export async function listEnabledNames(db: Db): Promise<{ slug: string; name: string }[]> {
  return db.ssoDirectory.findMany({ where: { enabledAt: { not: null } }, orderBy: { id: "asc" }, select: { slug: true, name: true } });
}

/**
 * The directory with this id; `lock` keeps others from changing it until the transaction ends.
 * @throws NotFoundError `directory_not_found`
 */
export async function getDirectoryRow(db: Db, id: number, lock = false): Promise<DirectoryRow> {
  if (lock) await db.$queryRaw`select 1 from sso_directories where id = ${id} for update`;
  const row = await db.ssoDirectory.findUnique({ where: { id } });
  if (!row) throw new NotFoundError("directory_not_found", "This directory no longer exists.");
  return toRow(row);
}

/** The directory whose redirect URI ends in this word, or null. */
export async function findDirectoryRowBySlug(db: Db, slug: string): Promise<DirectoryRow | null> {
  const row = await db.ssoDirectory.findUnique({ where: { slug } });
  return row && toRow(row);
}

/** The directory of this tenant, or null. */
export async function findDirectoryRowByTenant(db: Db, tenantId: string): Promise<DirectoryRow | null> {
  const row = await db.ssoDirectory.findUnique({ where: { tenantId } });
  return row && toRow(row);
}

/** Keeps two directories that are made at once from taking the same slug. */
export async function lockDirectories(db: Db): Promise<void> {
  await db.$executeRaw`lock table sso_directories in share row exclusive mode`;
}

/** Adds a directory that is off. */
export async function insertDirectory(
  db: Db,
  values: Pick<DirectoryRow, "slug" | "name" | "cloud" | "tenantId" | "clientId" | "secretCiphertext" | "jitProvisioning" | "defaultRole">,
): Promise<DirectoryRow> {
  return toRow(await db.ssoDirectory.create({ data: values }));
}

/** Changes a directory. */
export async function updateDirectoryRow(db: Db, id: number, values: DirectoryValues): Promise<DirectoryRow> {
  return toRow(await db.ssoDirectory.update({ where: { id }, data: values }));
}

/** Stores what a trial saw. */
export async function updateTrial(db: Db, id: number, trial: DirectoryTrial): Promise<void> {
  await db.ssoDirectory.update({ where: { id }, data: { trial } });
}

/** Removes a directory with its rules. */
export async function deleteDirectoryRow(db: Db, id: number): Promise<void> {
  await db.ssoDirectory.delete({ where: { id } });
}

/** How many users are known by an identity of this tenant. */
export async function countPeopleOfTenant(db: Db, tenantId: string): Promise<number> {
  return db.user.count({ where: { accounts: { some: { provider: "entra", providerAccountId: { startsWith: `${tenantId}/` } } } } });
}
