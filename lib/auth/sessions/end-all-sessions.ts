import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { authorizeOverUser } from "../authorize-over-user";
import { ownerDetails } from "../owner-details";
import { refuseApiToken } from "../refuse-api-token";
import { deleteTokenRows } from "../tokens/token-queries";
import { endUserSessions } from "./end-user-sessions";

/**
 * Ends a user's sessions, at once, and says how many: one's own from a session, or anybody's for whoever may write that user.
 * `exceptSessionId` goes on; `apiTokens`: their API tokens are revoked too.
 * @throws NotFoundError `user_not_found`; ForbiddenError `session_needed`, `permission_denied`; UnauthenticatedError
 */
export async function endAllSessions(
  ctx: Context,
  userId: number,
  { exceptSessionId, apiTokens = false }: { exceptSessionId?: string; apiTokens?: boolean } = {},
): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const user = await authorizeOverUser(tx, "user:write", userId);
    if (tx.actor.kind === "user" && tx.actor.userId === userId) refuseApiToken(tx);
    const sessions = await endUserSessions(tx, userId, { exceptSessionId });
    const tokens = apiTokens ? await deleteTokenRows(tx.db, userId) : 0;
    if (sessions + tokens > 0) {
      await recordActivity(tx, { type: "ended_user_sessions", details: { ...ownerDetails(tx, user), sessions, api_tokens: tokens } });
    }
    return sessions;
  });
}
