import type { Context } from "../context";
import { randomToken } from "../secret-box";
import { sessionAdapter, type SessionExtras } from "./session-adapter";
import { deleteEndedSessions } from "./session-queries";

/** A session just begun. The token is told once and stored only as its hash. `absoluteEnd`: no use of it stretches it beyond. */
export interface NewSession {
  token: string;
  absoluteEnd: Date;
}

/** Begins a session for a user who has just proved who they are. Its token is always new: nobody can hand a visitor one in advance. */
export async function startSession(ctx: Context, userId: number, from: Pick<SessionExtras, "kind" | "userAgent" | "address">): Promise<NewSession> {
  const token = randomToken(32);
  const extras = { kind: from.kind, userAgent: from.userAgent.slice(0, 300), address: from.address.slice(0, 100) };
  const adapter = sessionAdapter(ctx) as unknown as { createSession: (row: object) => Promise<{ absoluteEnd: Date }> };
  const { absoluteEnd } = await adapter.createSession({ sessionToken: token, userId, expires: ctx.now(), ...extras });
  await deleteEndedSessions(ctx.db, ctx.now());
  return { token, absoluteEnd };
}
