import type { Context } from "../../context";
import { authorizeOverUser } from "../authorize-over-user";
import type { ApiToken } from "./api-token";
import { listTokenRows } from "./token-queries";

/**
 * A user's API tokens, newest first, expired ones too: their own, or anybody's for whoever may read that user.
 * @throws NotFoundError `user_not_found`; ForbiddenError, UnauthenticatedError
 */
export async function listApiTokens(ctx: Context, userId: number): Promise<ApiToken[]> {
  await authorizeOverUser(ctx, "user:read", userId);
  return listTokenRows(ctx.db, userId);
}
