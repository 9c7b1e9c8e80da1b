import type { SqlContext } from "@/lib/context";
import { hashToken } from "@/lib/secret-box";
import { findHostOfToken } from "./device-token-queries";

/** A token holds this long (milliseconds) after its value changed last; sending it again doesn't make it younger. */
export const deviceTokenHoldsMs = 60 * 60_000;

/**
 * The host that a device token opens, or null. `isCurrent` false: the token was replaced less than ten minutes ago and still opens what is
 * only read, so that a page which stands open survives the change.
 */
export async function findHostByDeviceToken(ctx: SqlContext, token: string): Promise<{ hostId: number; isCurrent: boolean } | null> {
  if (token === "" || token.length > 255) return null;
  const now = ctx.now();
  return findHostOfToken(ctx.sql, hashToken(token), new Date(now.getTime() - deviceTokenHoldsMs), now);
}
