import { PrismaAdapter } from "@auth/prisma-adapter";
import type { Adapter } from "next-auth/adapters";
import type { Context } from "../context";
import { getPrisma } from "../db/prisma";
import { hashToken } from "../secret-box";
import { absoluteLimitMs, sessionExpiry } from "./session-limits";

type SessionRow = Awaited<ReturnType<NonNullable<Adapter["getSessionAndUser"]>>>;

/** What our sessions hold beyond next-auth's own columns. */
export interface SessionExtras {
  kind: "browser" | "api";
  absoluteEnd: Date;
  createdAt: Date;
  lastUsedAt: Date;
  userAgent: string;
  address: string;
}

/**
 * next-auth's Prisma adapter, except that the database only ever sees sha256 of a session token, and that no session outlasts its absolute end.
 * A row read back carries the caller's token again, as next-auth expects. Inside a transaction it works in that transaction.
 */
export function sessionAdapter(ctx: Pick<Context, "now"> & Partial<Pick<Context, "db">>): Adapter {
  const base = PrismaAdapter((ctx.db ?? getPrisma()) as unknown as Parameters<typeof PrismaAdapter>[0]) as Required<Adapter>;
  return {
    ...base,
    async createSession(session) {
      const now = ctx.now();
      const absoluteEnd = (session as unknown as Partial<SessionExtras>).absoluteEnd ?? new Date(now.getTime() + absoluteLimitMs);
      const times = { createdAt: now, lastUsedAt: now, absoluteEnd, expires: sessionExpiry(now, absoluteEnd) };
      const row = await base.createSession({ ...session, ...times, sessionToken: hashToken(session.sessionToken) });
      return { ...row, sessionToken: session.sessionToken };
    },
    async getSessionAndUser(token): Promise<SessionRow> {
      const found = await base.getSessionAndUser(hashToken(token));
      return found && { ...found, session: { ...found.session, sessionToken: token } };
    },
    async updateSession(session) {
      const found = await base.getSessionAndUser(hashToken(session.sessionToken));
      if (!found) return null;
      const { absoluteEnd } = found.session as unknown as SessionExtras;
      const expires = sessionExpiry(ctx.now(), absoluteEnd);
      const used = { lastUsedAt: ctx.now() };
      const row = await base.updateSession({ ...session, ...used, expires, sessionToken: hashToken(session.sessionToken) });
      return row ? { ...row, sessionToken: session.sessionToken } : null;
    },
    async deleteSession(token) {
      const found = await base.getSessionAndUser(hashToken(token));
      if (found) await base.deleteSession(hashToken(token));
    },
  };
}
