import type { Db } from "../../db/prisma";
import { isUniqueViolation } from "../../db/unique-violation";
import { ConflictError } from "../../errors";
import type { ApiToken } from "./api-token";

/** A token's row with what decides whether its user may act. */
export interface TokenRow {
  id: number;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedAddress: string;
  routes: string[] | null;
  user: unknown;
}

// The hash stays in the database.
const shown = { id: true, userId: true, name: true, hint: true, routes: true, createdAt: true, expiresAt: true, lastUsedAt: true, lastUsedAddress: true };

/** The token with this hash and its user, or null. */
export async function findTokenRow(db: Db, tokenHash: string): Promise<TokenRow | null> {
  return (await db.apiToken.findUnique({ where: { tokenHash }, include: { user: true } })) as TokenRow | null;
}

/** Writes down when and from where a token was used. */
export async function touchToken(db: Db, id: number, lastUsedAt: Date, lastUsedAddress: string): Promise<void> {
  await db.apiToken.updateMany({ where: { id }, data: { lastUsedAt, lastUsedAddress } });
}

/** What a new token's row holds. */
export interface NewTokenRow {
  userId: number;
  name: string;
  tokenHash: string;
  hint: string;
  routes: string[] | null;
  createdById: number | null;
  createdAt: Date;
  expiresAt: Date | null;
}

/**
 * Adds a token.
 * @throws ConflictError `api_token_name_taken`
 */
export async function insertTokenRow(db: Db, row: NewTokenRow): Promise<ApiToken> {
  try {
    return (await db.apiToken.create({ data: { ...row, routes: row.routes ?? undefined }, select: shown })) as ApiToken;
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ConflictError("api_token_name_taken", `There is a token called "${row.name}" already. Choose another name, or revoke that one first.`, {
      cause,
      fields: [{ field: "name", reason: "is taken by another token of this user" }],
    });
  }
}

/** How many tokens a user has. */
export async function countTokenRows(db: Db, userId: number): Promise<number> {
  return db.apiToken.count({ where: { userId } });
}

/** A user's tokens, newest first. */
export async function listTokenRows(db: Db, userId: number): Promise<ApiToken[]> {
  return (await db.apiToken.findMany({ where: { userId }, select: shown, orderBy: [{ createdAt: "desc" }, { id: "desc" }] })) as ApiToken[];
}

/** One token, or null. */
export async function findTokenById(db: Db, id: number): Promise<ApiToken | null> {
  return (await db.apiToken.findUnique({ where: { id }, select: shown })) as ApiToken | null;
}

/** Revokes a token; false when it was gone. */
export async function deleteTokenRow(db: Db, id: number): Promise<boolean> {
  return (await db.apiToken.deleteMany({ where: { id } })).count > 0;
}

/** Revokes all of a user's tokens and says how many. */
export async function deleteTokenRows(db: Db, userId: number): Promise<number> {
  return (await db.apiToken.deleteMany({ where: { userId } })).count;
}
