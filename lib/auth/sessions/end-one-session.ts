import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ownerDetails } from "../owner-details";
import { refuseApiToken } from "../refuse-api-token";
import { deleteSession } from "../session-queries";
import { getSession } from "./get-session";

/**
 * Ends one session, at once: one's own from a session, or anybody's for whoever may write that user.
 * @throws NotFoundError `session_not_found`; ForbiddenError `session_needed`, `permission_denied`; UnauthenticatedError
 */
export async function endOneSession(ctx: Context, sessionId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { session, user } = await getSession(tx, sessionId, "user:write");
    if (tx.actor.kind === "user" && tx.actor.userId === user.id) refuseApiToken(tx);
    await deleteSession(tx.db, session.id);
    await recordActivity(tx, { type: "ended_user_sessions", details: { ...ownerDetails(tx, user), sessions: 1, api_tokens: 0 } });
  });
}
