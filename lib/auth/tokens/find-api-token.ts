import type { Context, UserActor } from "../../context";
import { hashToken } from "../../secret-box";
import { LiveUser } from "../live-user";
import { userActor } from "../user-actor";
import { listTeamRoleRows } from "../user-queries";
import { findTokenRow, touchToken } from "./token-queries";

/** How every API token begins, so that scanners for leaked secrets know one. */
export const apiTokenPrefix = "flt_";

const touchEveryMs = 60_000;

/** Who an API token acts for, and which routes it may call. Null: unknown, expired, revoked, or its user is disabled. */
export async function findApiToken(ctx: Context, token: string, address: string): Promise<UserActor | null> {
  if (!token.startsWith(apiTokenPrefix) || token.length > 200) return null;
  const row = await findTokenRow(ctx.db, hashToken(token));
  const user = LiveUser.safeParse(row?.user);
  const now = ctx.now();
  if (!row || !user.success || (row.expiresAt && now >= row.expiresAt)) return null;
  if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() >= touchEveryMs || row.lastUsedAddress !== address)
    await touchToken(ctx.db, row.id, now, address);
  const teamRoles = user.data.globalRole === "none" ? await listTeamRoleRows(ctx.db, user.data.id) : [];
  return userActor({ ...user.data, teamRoles }, address, { tokenId: row.id, routes: narrowed(user.data.apiRoutes, row.routes) });
}

// A token never reaches further than its user.
function narrowed(ofUser: string[] | null, ofToken: string[] | null): string[] | null {
  if (ofUser === null) return ofToken;
  return ofToken === null ? ofUser : ofToken.filter((route) => ofUser.includes(route));
}
