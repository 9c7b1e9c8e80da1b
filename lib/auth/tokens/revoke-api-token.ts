import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { NotFoundError } from "../../errors";
import { authorizeOverUser } from "../authorize-over-user";
import { ownerDetails } from "../owner-details";
import { refuseApiToken } from "../refuse-api-token";
import { tokenDetails, type ApiToken } from "./api-token";
import { deleteTokenRow, findTokenById } from "./token-queries";

/**
 * Revokes a user's API token; it stops working at once. People revoke their own from a session, whoever may write a user revokes theirs.
 * @throws NotFoundError `user_not_found`, `api_token_not_found`; ForbiddenError `session_needed`, `permission_denied`; UnauthenticatedError
 */
export async function revokeApiToken(ctx: Context, userId: number, tokenId: number): Promise<ApiToken> {
  return inTransaction(ctx, async (tx) => {
    const user = await authorizeOverUser(tx, "user:write", userId);
    if (tx.actor.kind === "user" && tx.actor.userId === userId) refuseApiToken(tx);
    const apiToken = await findTokenById(tx.db, tokenId);
    if (apiToken?.userId !== userId || !(await deleteTokenRow(tx.db, tokenId))) {
      throw new NotFoundError("api_token_not_found", `API token ${tokenId} was not found. It may have been revoked.`);
    }
    await recordActivity(tx, { type: "revoked_api_token", details: { ...tokenDetails(apiToken), ...ownerDetails(tx, user) } });
    return apiToken;
  });
}
