import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { deleteSession } from "./session-queries";

/** Signs the actor out: this session ends, others of the same user go on. */
export async function endSession(ctx: Context): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== "user") return;
  await inTransaction(ctx, async (tx) => {
    await deleteSession(tx.db, actor.sessionId);
    await recordActivity(tx, { type: "user_logged_out" });
  });
}
