import type { SqlContext } from "@/lib/context";
import { hashToken } from "@/lib/secret-box";
import { findHostOfToken } from "./device-token-queries";

/** A token holds this long after its value changed last; sending it again doesn't make it younger. */
const tokenHoldsMs = 60 * 60_000;

/** What a device token opens. `isCurrent` false: it was replaced a moment ago and only reads. `holdsUntil`: milliseconds since 1970. */
export interface TokenHost {
  hostId: number;
  isCurrent: boolean;
  holdsUntil: number;
}

/**
 * The host that a device token opens, or null. `isCurrent` false: the token was replaced less than ten minutes ago and still opens what is
 * only read, so that a page which stands open survives the change.
 */
export async function findHostByDeviceToken(ctx: SqlContext, token: string): Promise<TokenHost | null> {
  if (token === "" || token.length > 255) return null;
  const now = ctx.now();
  const row = await findHostOfToken(ctx.sql, hashToken(token), new Date(now.getTime() - tokenHoldsMs), now);
  if (!row) return null;
  const { hostId, isCurrent, changedAt, previousUntil } = row;
  return { hostId, isCurrent, holdsUntil: isCurrent ? changedAt.getTime() + tokenHoldsMs : (previousUntil?.getTime() ?? 0) };
}
