import type { Db } from "../../db/prisma";

/** A one-time link to a new password. `via`: how its owner got it. */
export interface ResetRow {
  tokenHash: string;
  userId: number;
  via: "mail" | "console";
  createdAt: Date;
  expiresAt: Date;
}

/** Stores a link. */
export async function insertReset(db: Db, row: ResetRow): Promise<void> {
  await db.passwordReset.create({ data: row });
}

/** Whether a link still stands at `now`. */
export async function resetStands(db: Db, tokenHash: string, now: Date): Promise<boolean> {
  return (await db.passwordReset.count({ where: { tokenHash, expiresAt: { gt: now } } })) > 0;
}

/** Takes a link out, for whoever comes first; null when it isn't there or its time is over. */
export async function takeReset(db: Db, tokenHash: string, now: Date): Promise<{ userId: number } | null> {
  const rows = await db.$queryRaw<
    { user_id: number; expires_at: Date }[]
  >`delete from password_resets where token_hash = ${tokenHash} returning user_id, expires_at`;
  const [row] = rows;
  return row && row.expires_at > now ? { userId: row.user_id } : null;
}

/** Deletes the links whose time is over. */
export async function deleteExpiredResets(db: Db, now: Date): Promise<void> {
  await db.passwordReset.deleteMany({ where: { expiresAt: { lte: now } } });
}

/** Gives a user a new password and asks for no other. */
export async function updateOwnPassword(db: Db, userId: number, passwordHash: string, now: Date): Promise<void> {
  await db.user.update({ where: { id: userId }, data: { passwordHash, mustResetPassword: false, updatedAt: now } });
}
