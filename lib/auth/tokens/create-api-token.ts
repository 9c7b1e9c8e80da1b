import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError, ForbiddenError, InvalidInputError } from "../../errors";
import { hashToken, randomToken } from "../../secret-box";
import type { RouteKey } from "../access/access-table";
import { authorizeOverUser } from "../authorize-over-user";
import { refuseApiToken } from "../refuse-api-token";
import { refuseWiderRoutes } from "../refuse-wider-routes";
import { ownerDetails } from "../owner-details";
import { tokenDetails, type ApiToken } from "./api-token";
import { apiTokenPrefix } from "./find-api-token";
import { countTokenRows, insertTokenRow } from "./token-queries";

/** A token to make. `routes` null or left out: all that its user may call; `expiresAt` likewise: it doesn't expire. */
export interface NewApiToken {
  userId: number;
  name: string;
  expiresAt?: Date | null;
  routes?: readonly RouteKey[] | null;
}

const maxTokensOfUser = 100;

/**
 * Makes an API token: a person for themselves, signed in by a session; whoever may write users for an API-only user. `token` is told here once and never again.
 * @throws InvalidInputError `api_token_name_invalid`, `api_token_expiry_past`, `api_token_routes_beyond_user`; ConflictError `api_token_name_taken`, `too_many_api_tokens`
 * @throws ForbiddenError `session_needed`, `not_own_token`, `routes_beyond_yours`, `permission_denied`; NotFoundError `user_not_found`
 */
export async function createApiToken(
  ctx: Context,
  { userId, name: given, expiresAt = null, routes = null }: NewApiToken,
): Promise<{ apiToken: ApiToken; token: string }> {
  const { actor } = ctx;
  const name = readName(given);
  if (expiresAt && expiresAt <= ctx.now()) throw invalid("api_token_expiry_past", "expires_at", "expected a time to come");
  return inTransaction(ctx, async (tx) => {
    const user = await authorizeOverUser(tx, "user:write", userId);
    if (actor.kind === "user" && actor.userId === userId) refuseApiToken(tx);
    else if (!user.apiOnly)
      throw new ForbiddenError("not_own_token", `${user.name || user.email} makes their own tokens. Make one for an API-only user instead.`);
    refuseWiderRoutes(tx, routes ?? user.apiRoutes);
    const beyond = routes?.find((route) => user.apiRoutes && !user.apiRoutes.includes(route));
    if (beyond) throw invalid("api_token_routes_beyond_user", "api_endpoints", `"${beyond}" isn't a route that this user may call`);
    if ((await countTokenRows(tx.db, userId)) >= maxTokensOfUser) {
      throw new ConflictError("too_many_api_tokens", `A user has at most ${maxTokensOfUser} tokens. Revoke one first.`);
    }
    const token = apiTokenPrefix + randomToken(32);
    const apiToken = await insertTokenRow(tx.db, {
      userId,
      name,
      tokenHash: hashToken(token),
      hint: token.slice(-4),
      routes: routes && [...routes],
      createdById: actor.kind === "user" ? actor.userId : null,
      createdAt: tx.now(),
      expiresAt,
    });
    const scope = { routes: apiToken.routes, expires_at: expiresAt };
    await recordActivity(tx, { type: "created_api_token", details: { ...tokenDetails(apiToken), ...ownerDetails(tx, user), ...scope } });
    return { apiToken, token };
  });
}

function readName(given: string): string {
  const name = given.trim().replace(/\s+/g, " ");
  if (name.length < 1) throw invalid("api_token_name_invalid", "name", "expected a name, such as Nightly report");
  if (name.length > 100) throw invalid("api_token_name_invalid", "name", "may have at most 100 characters");
  return name;
}

function invalid(code: string, field: string, reason: string): InvalidInputError {
  return new InvalidInputError(code, "The token wasn't made.", { fields: [{ field, reason }] });
}
