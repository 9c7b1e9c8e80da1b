import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { refuseApiToken } from "./refuse-api-token";
import { deleteSession } from "./session-queries";

/**
 * Signs the actor out: this session ends, others of the same user go on.
 * @throws ForbiddenError `session_needed` for a caller with an API token, which has no session
 */
export async function endSession(ctx: Context): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== "user") return;
  refuseApiToken(ctx);
  await inTransaction(ctx, async (tx) => {
    await deleteSession(tx.db, actor.sessionId);
    await recordActivity(tx, { type: "user_logged_out" });
  });
}
