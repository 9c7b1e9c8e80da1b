import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { enqueue } from "@/lib/jobs/enqueue";
import { endAttention } from "../attention-queries";
import type { DesiredReport } from "../plan-report";
import { queueReports } from "../queue-reports";
import type { Connection } from "./connection";
import { deleteConnection, findConnectionRow, updateConnection } from "./connection-queries";
import { ConnectionProblem, describeProblem } from "./connection-problem";
import { discoverAddresses } from "./discover-addresses";
import { countWaitingFarewells, listToldDevices, type ToldDevice } from "./farewell-queries";
import { MicrosoftError } from "./microsoft-error";
import { provisionTenant } from "./partner-tenant";
import { getPublicUrl } from "./public-url";
import { disconnectTenantJob } from "./request-disconnect";
import { listSetupSteps } from "./setup-queries";
import { forgetTokens } from "./tokens";

const leaseMs = 90_000;
const longestFarewellMs = 15 * 60 * 1000;
const batch = 500;

/**
 * Does what is left of a disconnect: tells every device the last word that was chosen, waits for it (15 minutes at most), ends the partnership at Microsoft, and removes
 * what is kept here. Safe to run twice and to die anywhere. A refusal of Microsoft leaves the connection in `disconnect_failed`.
 * @returns what became of it; `waiting` when devices are still being told
 */
export async function endConnection(ctx: Context, connectionId: number): Promise<"gone" | "waiting" | "failed"> {
  const connection = await findConnectionRow(ctx.db, connectionId);
  if (!connection) return "gone";
  if (connection.state !== "disconnecting") return connection.state === "disconnect_failed" ? "failed" : "waiting";
  await updateConnection(ctx.db, connectionId, { nextStepAt: new Date(ctx.now().getTime() + leaseMs) });
  try {
    if (await wasProvisioned(ctx, connection)) {
      if (connection.onDisconnect !== "leave" && (await isStillTelling(ctx, connection))) return "waiting";
      await leaveTenant(ctx, connection);
    }
  } catch (error) {
    if (!(error instanceof ConnectionProblem) && !(error instanceof MicrosoftError)) throw error;
    const { code, details } = describeProblem(error);
    const failed = {
      state: "disconnect_failed",
      errorCode: code,
      errorDetail: { ...connection.errorDetail, ...details, at: ctx.now().toISOString() },
      nextStepAt: null,
    };
    await updateConnection(ctx.db, connectionId, failed, ["disconnecting"]);
    return "failed";
  }
  await removeConnection(ctx, connection, {});
  return "gone";
}

/** Removes what is kept of a connection here, and says so. Teams keep their switch; nothing is sent any more. */
export async function removeConnection(ctx: Context, connection: Connection, details: Record<string, unknown>): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const notTold = await countWaitingFarewells(tx.sql, connection.id, true);
    await deleteConnection(tx.sql, connection.id, tx.now());
    const codes = ["credential_expires_1", "credential_expires_7", "credential_expires_30", "connection"];
    await endAttention(tx.sql, codes, [`connection:${connection.id}`], tx.now());
    await recordActivity(tx, {
      type: "deleted_conditional_access_integration_microsoft",
      details: {
        connection_id: connection.id,
        tenant_id: connection.tenantId,
        provider: connection.provider,
        on_disconnect: connection.onDisconnect,
        devices_not_told: notTold,
        ...details,
      },
    });
  });
  forgetTokens(connection.id);
}

/** Whether Microsoft may know us in this tenant. A first try that never got an answer counts. */
async function wasProvisioned(ctx: Context, connection: Connection): Promise<boolean> {
  if (connection.provider === "audit_only") return false;
  return (await listSetupSteps(ctx.db, connection.id)).some(({ step, attempts }) => step === "tenant" && attempts > 0);
}

/** Queues the last word for every device, and says whether some haven't got it yet. Queueing again says nothing twice. */
async function isStillTelling(ctx: Context, connection: Connection): Promise<boolean> {
  let after = "";
  for (;;) {
    const devices = await listToldDevices(ctx.sql, connection.id, after, batch);
    if (devices.length === 0) break;
    await inTransaction(ctx, (tx) =>
      queueReports(
        tx,
        devices.map((device) => farewell(device, connection.onDisconnect, tx.now())),
      ),
    );
    after = devices.at(-1)?.deviceId ?? "";
  }
  const waiting = await countWaitingFarewells(ctx.sql, connection.id, false);
  const since = Date.parse(String(connection.errorDetail.leavingSince ?? ctx.now().toISOString()));
  const passedMs = ctx.now().getTime() - since;
  if (waiting === 0 || passedMs >= longestFarewellMs) return false;
  // Most devices are told within seconds; whoever isn't by then is looked after at leisure.
  const at = new Date(ctx.now().getTime() + (passedMs < 20_000 ? 2_000 : 20_000));
  await enqueue(ctx, disconnectTenantJob, { connectionId: connection.id }, { key: `entra.disconnect_tenant:${connection.id}`, runAt: at });
  return true;
}

function farewell(device: ToldDevice, choice: string, now: Date): DesiredReport {
  const release = choice === "release";
  return {
    ...device,
    hostId: device.hostId ?? 0,
    managed: release,
    compliant: release,
    kind: release ? "release" : "lock",
    cause: "connection_changed",
    causedAt: now,
    transitionId: null,
    urgent: false,
    repeatBefore: null,
    retryAttention: false,
  };
}

async function leaveTenant(ctx: Context, connection: Connection): Promise<void> {
  try {
    const { tenantServiceUrl } = await discoverAddresses(ctx, connection);
    await provisionTenant(ctx, connection, tenantServiceUrl, { on: false, publicUrl: await getPublicUrl(ctx) });
  } catch (error) {
    // What Microsoft doesn't find is gone already.
    const isGone =
      error instanceof ConnectionProblem && (error.problem === "intune_missing" || (error.problem === "partner_not_approved" && error.details.status === 404));
    if (!isGone) throw error;
  }
}
