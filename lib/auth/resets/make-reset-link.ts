import type { Context } from "../../context";
import { hashToken, randomToken } from "../../secret-box";
import { getOrganisation } from "../get-organisation";
import { insertReset, type ResetRow } from "./reset-queries";

const minuteMs = 60_000;

/** How long a link stands, by the way it reaches its owner. */
export const resetMinutes = { mail: 30, console: 60 } as const;

/** Makes a one-time link to a new password for a user, in the caller's transaction. Only sha256 of its token is stored. */
export async function makeResetLink(tx: Context, userId: number, via: ResetRow["via"]): Promise<{ token: string; expiresAt: Date }> {
  const token = randomToken(32);
  const now = tx.now();
  const expiresAt = new Date(now.getTime() + resetMinutes[via] * minuteMs);
  await insertReset(tx.db, { tokenHash: hashToken(token), userId, via, createdAt: now, expiresAt });
  return { token, expiresAt };
}

/** The address that a token opens. It stands below the organisation's own address, whatever the request that asked for it claimed. */
export async function resetAddress(ctx: Pick<Context, "db">, token: string): Promise<string> {
  const { publicUrl } = await getOrganisation(ctx);
  return `${publicUrl || "http://localhost:3000"}/reset-password?token=${encodeURIComponent(token)}`;
}
