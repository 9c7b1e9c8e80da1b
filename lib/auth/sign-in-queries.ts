import type { Db } from "../db/prisma";
import type { UserRow } from "./user-queries";

/**
 * Takes a user's row for this transaction and reads it as it stands now, or null. A change of password, role or state waits until the transaction is
 * over. The lock leaves room for rows that point at the user, such as a new session.
 */
export async function lockUserRow(db: Db, id: number): Promise<UserRow | null> {
  await db.$queryRaw`select 1 as ok from users where id = ${id} for no key update`;
  return (await db.user.findUnique({ where: { id } })) as UserRow | null;
}

/** Writes down when a user last proved who they are. */
export async function markSignedIn(db: Db, id: number, now: Date): Promise<void> {
  // Not by the model: a sign-in isn't a change of the user, so `updated_at` stays.
  await db.$executeRaw`update users set last_signed_in_at = ${now} where id = ${id}`;
}

/** Whether a user signed in from this address since then. */
export async function hasSignedInFrom(db: Db, userId: number, address: string, since: Date): Promise<boolean> {
  const where = { actorId: userId, type: "user_logged_in", address, createdAt: { gte: since } };
  return (await db.activity.findFirst({ where, select: { id: true } })) !== null;
}
