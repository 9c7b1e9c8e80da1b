import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ForbiddenError } from "../../errors";
import { hashToken, randomToken } from "../../secret-box";
import { getDirectoryRow, updateTrial } from "./directory-queries";

/**
 * Gets a directory ready to be tried by this admin, in this browser session; an earlier trial is forgotten. `path` begins it in a second window.
 * Needs `security_settings:write`.
 * @throws NotFoundError `directory_not_found`; ForbiddenError `trial_needs_browser`
 */
export function beginTrial(ctx: Context, directoryId: number): Promise<{ path: string }> {
  return inTransaction(ctx, async (tx) => {
    const row = await getDirectoryRow(tx.db, directoryId, true);
    authorize(tx, "security_settings:write");
    const { actor } = tx;
    if (actor.kind !== "user" || actor.sessionId === "") {
      throw new ForbiddenError("trial_needs_browser", "A trial signs somebody in, so it needs a browser. Sign in to the pages and press Try it there.");
    }
    const id = randomToken(16);
    await updateTrial(tx.db, row.id, {
      id,
      status: "started",
      settings: row.settings,
      session: hashToken(actor.sessionId),
      startedAt: tx.now().toISOString(),
      startedBy: { userId: actor.userId, name: actor.name },
    });
    return { path: `/sign-in/sso/${row.slug}?trial=${id}` };
  });
}
