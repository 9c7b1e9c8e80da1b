import type { Db } from "../db/prisma";

/** Writes down that a session was used and how long it now lasts. */
export async function touchSession(db: Db, id: string, lastUsedAt: Date, expires: Date): Promise<void> {
  await db.session.updateMany({ where: { id }, data: { lastUsedAt, expires } });
}

/** Ends one session. */
export async function deleteSession(db: Db, id: string): Promise<void> {
  await db.session.deleteMany({ where: { id } });
}

/** Ends every session of a user but one. */
export async function deleteOtherSessions(db: Db, userId: number, keepId: string): Promise<void> {
  await db.session.deleteMany({ where: { userId, id: { not: keepId } } });
}

/** Forgets sessions that ended by themselves. */
export async function deleteEndedSessions(db: Db, now: Date): Promise<void> {
  await db.session.deleteMany({ where: { expires: { lt: now } } });
}
