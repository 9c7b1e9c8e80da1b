import type { Db } from "../db/prisma";
import type { SessionRecord } from "./sessions/session-record";

/** Writes down that a session was used and how long it now lasts. */
export async function touchSession(db: Db, id: string, lastUsedAt: Date, expires: Date): Promise<void> {
  await db.session.updateMany({ where: { id }, data: { lastUsedAt, expires } });
}

// The token's hash stays in the database.
const shown = { id: true, userId: true, kind: true, createdAt: true, lastUsedAt: true, expires: true, absoluteEnd: true, userAgent: true, address: true };

/** A user's sessions that go on at `now`, last used first. */
export async function listSessionRows(db: Db, userId: number, now: Date): Promise<SessionRecord[]> {
  const rows = await db.session.findMany({ where: { userId, ...livingAt(now) }, select: shown, orderBy: [{ lastUsedAt: "desc" }, { id: "asc" }] });
  return rows as SessionRecord[];
}

/** One session that goes on at `now`, or null. */
export async function findSessionRow(db: Db, id: string, now: Date): Promise<SessionRecord | null> {
  return (await db.session.findFirst({ where: { id, ...livingAt(now) }, select: shown })) as SessionRecord | null;
}

function livingAt(now: Date) {
  return { expires: { gt: now }, absoluteEnd: { gt: now } };
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
  await db.session.deleteMany({ where: { OR: [{ expires: { lte: now } }, { absoluteEnd: { lte: now } }] } });
}
