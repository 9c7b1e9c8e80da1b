import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import type { Connection } from "./connection";
import { updateConnection } from "./connection-queries";
import { isSetUp } from "./connection-state";
import type { MicrosoftError } from "./microsoft-error";

/** Puts a connection that was set up into `credential_error`: once, with one activity, however many calls fail. Before that, setup itself says what is wrong. */
export async function noteCredentialError(ctx: Context, connection: Connection, error: MicrosoftError): Promise<void> {
  if (!isSetUp(connection)) return;
  await inTransaction(ctx, async (tx) => {
    const changed = await updateConnection(
      tx.db,
      connection.id,
      { state: "credential_error", errorCode: error.code, errorDetail: { ...error.details, at: tx.now().toISOString() } },
      ["connected", "degraded", "consent_incomplete"],
    );
    if (!changed) return;
    await recordActivity(
      { ...tx, actor: { kind: "server" } },
      {
        type: "entra_connection_degraded",
        details: { connection_id: connection.id, tenant_id: connection.tenantId, code: error.code, request_id: error.requestId },
      },
    );
  });
}
