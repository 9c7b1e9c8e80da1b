import { z } from "zod";
import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { defineJob, implementJob } from "@/lib/jobs/define-job";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { wakeSenders } from "../send-reports-declaration";
import type { Connection } from "./connection";
import { findConnectionRow, listConnectionRows, updateConnection } from "./connection-queries";
import { ConnectionProblem } from "./connection-problem";
import { isLeaving, isSetUp, type ConnectionErrorCode, type ConnectionState } from "./connection-state";
import { MicrosoftError } from "./microsoft-error";
import { readPartnerState } from "./partner-state";
import { readPermissions } from "./read-permissions";
import { checkConnection as checkConnectionJob, requestPermissionCheck } from "./request-permission-check";
import { getPublicUrl } from "./public-url";
import { listSetupSteps, resetSetupSteps } from "./setup-queries";
import { refuseEndedPartner, toldAddress } from "./setup-steps";
import { wakeSetup } from "./wake-setup";

/** Looks whether a connection that was set up still is what it was: credential, permissions, and what Intune says about the partner. Says each change once. */
export const checkConnection = implementJob(checkConnectionJob, async (ctx, { connectionId }) => {
  const connection = await findConnectionRow(ctx.db, connectionId);
  if (!connection || connection.provider === "audit_only" || !isSetUp(connection) || isLeaving(connection.state)) return;
  // A step that was put back (another group, a new credential) is the setup job's to finish.
  const steps = await listSetupSteps(ctx.db, connectionId);
  if (steps.some((step) => step.state !== "done")) return;
  const told = steps.find(({ step }) => step === "tenant")?.summary;
  if (told !== toldAddress(await getPublicUrl(ctx))) return tellNewAddress(ctx, connectionId);
  try {
    const roles = await readPermissions(ctx, connection);
    const partnerState = await readPartnerState(ctx, connection, roles);
    await updateConnection(ctx.db, connectionId, { partnerState });
    refuseEndedPartner(partnerState);
    const isSilent = partnerState === "unresponsive";
    await note(ctx, connection, isSilent ? "degraded" : "connected", isSilent ? "partner_unresponsive" : "", isSilent ? { partnerState } : {});
  } catch (error) {
    if (error instanceof MicrosoftError && (error.isPassing || error.kind === "unauthorized")) return; // nothing is known; the next check tells
    if (!(error instanceof ConnectionProblem) && !(error instanceof MicrosoftError)) throw error;
    await note(ctx, connection, stateOf(error), error.code as ConnectionErrorCode, error.details);
  }
});

/** Every quarter of an hour: asks for the check of every connection. */
export const checkConnections = defineJob({
  name: "entra.check_connections",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    for (const connection of await listConnectionRows(ctx.db)) await requestPermissionCheck(ctx, connection);
  },
});

/** Our public address changed: the step that tells Microsoft is repeated. */
async function tellNewAddress(ctx: Context, connectionId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await resetSetupSteps(tx.db, connectionId, ["tenant"]);
    await updateConnection(tx.db, connectionId, { nextStepAt: null });
    await wakeSetup(tx, connectionId);
  });
}

function stateOf(error: ConnectionProblem | MicrosoftError): ConnectionState {
  if (error instanceof MicrosoftError) return error.kind === "credential" ? "credential_error" : "degraded";
  return error.problem === "consent_incomplete" ? "consent_incomplete" : "degraded";
}

async function note(
  ctx: Context,
  before: Connection,
  state: ConnectionState,
  errorCode: ConnectionErrorCode | "",
  errorDetail: Record<string, unknown>,
): Promise<void> {
  if (before.state === state && before.errorCode === errorCode) return;
  await inTransaction(ctx, async (tx) => {
    const changed = await updateConnection(
      tx.db,
      before.id,
      { state, errorCode, errorDetail: errorCode ? { ...errorDetail, at: tx.now().toISOString() } : {} },
      [before.state],
    );
    if (!changed) return;
    const details = { connection_id: before.id, tenant_id: before.tenantId, code: errorCode || before.errorCode };
    await recordActivity(tx, { type: state === "connected" ? "entra_connection_recovered" : "entra_connection_degraded", details });
    if (state !== "connected") return;
    await requestReassessment(tx, { everyHost: true }, "connection_changed");
    await wakeSenders(tx, before.id, 0);
  });
}
