import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { UpstreamError } from "@/lib/errors";
import { updateConnection } from "./connection-queries";
import { endConnection, removeConnection } from "./end-connection";
import { findConnectionRow } from "./connection-queries";
import { getConnection } from "./get-connection";

/** What becomes of devices that Entra knows through us: as they are, all let in, or all blocked. */
export const disconnectChoices = ["leave", "release", "lock"] as const;

/** How to disconnect. `force` removes what is kept here without asking Microsoft; `reason` is written down. */
export interface DisconnectOptions {
  onDisconnect?: (typeof disconnectChoices)[number];
  force?: boolean;
  reason?: string;
}

/**
 * Ends a connection. Without last words to devices it is done when this returns; with them, a job goes on until they have arrived.
 * @returns `gone`, or `waiting` while devices are being told
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`; UpstreamError `disconnect_failed`: repeat, or force
 */
export async function disconnect(
  ctx: Context,
  connectionId: number,
  { onDisconnect = "leave", force = false, reason = "" }: DisconnectOptions = {},
): Promise<"gone" | "waiting"> {
  authorize(ctx, "connection:write");
  const connection = await getConnection(ctx, connectionId);
  if (force) {
    await removeConnection(ctx, { ...connection, onDisconnect: "leave" }, { forced: true, reason: reason.slice(0, 500), code: connection.errorCode });
    return "gone";
  }
  await inTransaction(ctx, async (tx) => {
    const leavingSince = tx.now().toISOString();
    await updateConnection(tx.db, connectionId, { state: "disconnecting", onDisconnect, errorCode: "", errorDetail: { leavingSince }, nextStepAt: null });
    await recordActivity(tx, {
      type: "entra_disconnect_started",
      details: { connection_id: connectionId, tenant_id: connection.tenantId, on_disconnect: onDisconnect },
    });
  });
  const outcome = await endConnection(ctx, connectionId);
  if (outcome !== "failed") return outcome;
  const failed = await findConnectionRow(ctx.db, connectionId);
  throw new UpstreamError(
    "disconnect_failed",
    `Microsoft didn't let us leave (${failed?.errorCode ?? "unknown"}). Nothing was removed here. Try again, or force it: then only this server forgets the tenant.`,
  );
}
