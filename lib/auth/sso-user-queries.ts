import type { Db } from "../db/prisma";
import { entraProvider } from "../sso/sso-identity";

/** The id of the user who is this Entra person, or null. */
export async function findUserIdByEntraAccount(db: Db, accountId: string): Promise<number | null> {
  const provider_providerAccountId = { provider: entraProvider, providerAccountId: accountId };
  const row = await db.account.findUnique({ where: { provider_providerAccountId }, select: { userId: true } });
  return row?.userId ?? null;
}

/** The Entra people that a user is stored as. */
export async function listEntraAccountIds(db: Db, userId: number): Promise<string[]> {
  const rows = await db.account.findMany({ where: { userId, provider: entraProvider }, select: { providerAccountId: true } });
  return rows.map(({ providerAccountId }) => providerAccountId);
}

/** Stores which Entra person a user is. No token of theirs is kept. */
export async function insertEntraAccount(db: Db, userId: number, accountId: string): Promise<void> {
  await db.account.create({ data: { userId, type: "oauth", provider: entraProvider, providerAccountId: accountId } });
}

/** Enabled global admins who sign in with a password, by name. */
export async function listPasswordAdminRows(db: Db): Promise<{ id: number; name: string; email: string; lastSignedInAt: Date | null }[]> {
  return db.user.findMany({
    where: { globalRole: "admin", disabledAt: null, apiOnly: false, ssoEnabled: false, passwordHash: { not: null } },
    select: { id: true, name: true, email: true, lastSignedInAt: true },
    orderBy: [{ name: "asc" }, { id: "asc" }],
  });
}
