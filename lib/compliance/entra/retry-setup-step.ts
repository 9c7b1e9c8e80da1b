import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { BadRequestError } from "@/lib/errors";
import { updateConnection } from "./connection-queries";
import { isLeaving, isSetUp } from "./connection-state";
import { getConnection } from "./get-connection";
import { wakeSetup } from "./wake-setup";

/**
 * Tries the step at which setup stopped again, now. Done steps stay done.
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`; BadRequestError `connection_leaving`
 */
export async function retrySetupStep(ctx: Context, connectionId: number): Promise<void> {
  authorize(ctx, "connection:write");
  await inTransaction(ctx, async (tx) => {
    const connection = await getConnection(tx, connectionId);
    if (isLeaving(connection.state)) throw new BadRequestError("connection_leaving", "This tenant is being disconnected. Nothing is set up any more.");
    // What stopped it is being tried again, so it isn't said any more; a connection that was set up keeps its state until the try has ended.
    const progress = isSetUp(connection) ? {} : { state: "provisioning", errorCode: "", errorDetail: {} };
    await updateConnection(tx.db, connectionId, { ...progress, nextStepAt: null });
    await wakeSetup(tx, connectionId);
  });
}
