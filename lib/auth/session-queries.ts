import type { Db } from "../db/prisma";

/** Writes down that a session was used and how long it now lasts. */
export async function touchSession(db: Db, id: string, lastUsedAt: Date, expires: Date): Promise<void> {
  await db.session.updateMany({ where: { id }, data: { lastUsedAt, expires } });
}

/** Ends one session. */
export async function deleteSession(db: Db, id: string): Promise<void> {
  await db.session.deleteMany({ where: { id } });
}

/** Ends a user's sessions, all or all but one, and says how many. */
export async function deleteUserSessions(db: Db, userId: number, exceptId?: string): Promise<number> {
  return (await db.session.deleteMany({ where: { userId, ...(exceptId && { id: { not: exceptId } }) } })).count;
}

/** Forgets sessions that ended by themselves. */
export async function deleteEndedSessions(db: Db, now: Date): Promise<void> {
  await db.session.deleteMany({ where: { expires: { lt: now } } });
}
