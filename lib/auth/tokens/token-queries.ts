import type { Db } from "../../db/prisma";

/** A token's row with what decides whether its user may act. */
export interface TokenRow {
  id: number;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedAddress: string;
  routes: string[] | null;
  user: unknown;
}

/** The token with this hash and its user, or null. */
export async function findTokenRow(db: Db, tokenHash: string): Promise<TokenRow | null> {
  return (await db.apiToken.findUnique({ where: { tokenHash }, include: { user: true } })) as TokenRow | null;
}

/** Writes down when and from where a token was used. */
export async function touchToken(db: Db, id: number, lastUsedAt: Date, lastUsedAddress: string): Promise<void> {
  await db.apiToken.updateMany({ where: { id }, data: { lastUsedAt, lastUsedAddress } });
}
