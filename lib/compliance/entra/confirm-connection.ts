import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { BadRequestError } from "@/lib/errors";
import type { Connection } from "./connection";
import { findDefaultConnectionRow, updateConnection } from "./connection-queries";
import { isLeaving, isSetUp } from "./connection-state";
import { listSetupSteps } from "./setup-queries";
import { wakeSetup } from "./wake-setup";

/**
 * Says where the connection stands and lets its setup go on at once, should it have something to do; at most every 2 s while Microsoft refuses. Safe to repeat.
 * @throws ForbiddenError `permission_denied`; BadRequestError `not_connected` when nothing was started
 */
export async function confirmConnection(ctx: Context): Promise<Connection> {
  authorize(ctx, "connection:write");
  return inTransaction(ctx, async (tx) => {
    const connection = await findDefaultConnectionRow(tx.db);
    if (!connection) throw new BadRequestError("not_connected", "No tenant is connected and none is being connected. Start with its tenant id.");
    if (!isSetUp(connection) && !isLeaving(connection.state)) await letGoOn(tx, connection);
    return connection;
  });
}

// Clients ask in a loop: that must not become a loop of tries at Microsoft.
const betweenTriesMs = 2000;

/** A setup that waits for its next try doesn't wait any longer, unless it has only just tried; one that a worker holds is left to it. */
async function letGoOn(tx: Context, connection: Connection): Promise<void> {
  const lastTry = Math.max(0, ...(await listSetupSteps(tx.db, connection.id)).map((step) => step.startedAt?.getTime() ?? 0));
  const waitsForRetry = connection.errorCode !== "" || connection.state === "propagating";
  if (waitsForRetry && tx.now().getTime() - lastTry < betweenTriesMs) return;
  if (waitsForRetry) await updateConnection(tx.db, connection.id, { nextStepAt: null });
  await wakeSetup(tx, connection.id);
}
