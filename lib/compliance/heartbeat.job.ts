import { z } from "zod";
import { recordActivity } from "@/lib/activities/record-activity";
import { inSqlTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { findConnectionRow } from "./entra/connection-queries";
import { describeProblem } from "./entra/connection-problem";
import { canReport } from "./entra/connection-state";
import { providerOf } from "./entra/provider-of";
import { keepHeartbeatAnswer, keepHeartbeatFailure } from "./sweep-queries";

/**
 * Gives Microsoft a sign of life, without which Intune calls the partner unresponsive. When the answer asks for a resync, every device that was told about before that
 * instant is told about again; errors about messages are shown on the connection.
 */
export const heartbeat = defineJob({
  name: "compliance.heartbeat",
  payload: z.object({ connectionId: z.number().int() }),
  maxAttempts: 1,
  async run(ctx, { connectionId }) {
    const connection = await findConnectionRow(ctx.db, connectionId);
    if (!connection || !canReport(connection.state)) return;
    const provider = providerOf(connection.provider);
    if (!provider.sends) return;
    try {
      const { resync, messageErrors } = await provider.heartbeat(ctx, connection);
      await inSqlTransaction(ctx, async (tx) => {
        const isNew = resync !== null && (!connection.resyncRequestedAt || resync > connection.resyncRequestedAt);
        await keepHeartbeatAnswer(tx.sql, connectionId, tx.now(), messageErrors.join("\n"), isNew ? resync : null);
        if (!isNew) return;
        await recordActivity(tx, { type: "entra_resync_requested", details: { connection_id: connectionId, tenant_id: connection.tenantId, before: resync } });
        await requestReassessment(tx, { everyHost: true }, "resync");
      });
    } catch (error) {
      // The next try is the sweep's.
      const { message } = describeProblem(error);
      await keepHeartbeatFailure(ctx.sql, connectionId, message);
    }
  },
});
