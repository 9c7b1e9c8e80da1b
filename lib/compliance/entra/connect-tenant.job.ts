import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { wakeSenders } from "../send-reports-declaration";
import type { Connection } from "./connection";
import { claimConnectionWork, findConnectionRow, updateConnection, type ConnectionChange } from "./connection-queries";
import { ConnectionProblem } from "./connection-problem";
import { isLeaving, isSetUp } from "./connection-state";
import { MicrosoftError } from "./microsoft-error";
import { planRetry } from "./retry-schedule";
import { beginSetupStep, failSetupStep, finishSetupStep, listSetupSteps, resetSetupSteps, type SetupStepRow } from "./setup-queries";
import { setupSteps } from "./setup-steps";
import { connectTenantJob, wakeSetup } from "./wake-setup";

const leaseMs = 90_000;
const notLeaving = ["awaiting_consent", "consent_declined", "consent_incomplete", "propagating", "provisioning", "connected", "degraded", "credential_error"];

/**
 * Takes a connection through the steps of its setup that aren't done, one after another, and stops at the first that fails: with the reason on the
 * step and on the connection, and a time for the next try where trying helps. Safe to run twice and to die anywhere: done steps stay done, the
 * others are repeated.
 */
export const connectTenant = implementJob(connectTenantJob, async (ctx, { connectionId }) => {
  const now = ctx.now();
  if (!(await claimConnectionWork(ctx.sql, connectionId, now, new Date(now.getTime() + leaseMs)))) return; // another worker is at it
  try {
    await takeSteps(ctx, connectionId);
  } catch (error) {
    await updateConnection(ctx.db, connectionId, { nextStepAt: null });
    throw error;
  }
});

async function takeSteps(ctx: Context, connectionId: number): Promise<void> {
  for (const step of await listSetupSteps(ctx.db, connectionId)) {
    if (step.state === "done") continue;
    const connection = await findConnectionRow(ctx.db, connectionId);
    if (!connection || isLeaving(connection.state)) return;
    await beginSetupStep(ctx.db, connectionId, step.step, ctx.now());
    try {
      const { summary, change } = await setupSteps[step.step](ctx, connection);
      await noteDone(ctx, connection, step, summary, change ?? {});
    } catch (error) {
      if (!(error instanceof ConnectionProblem) && !(error instanceof MicrosoftError)) throw error;
      return noteStop(ctx, connection, step, error);
    }
  }
  await finish(ctx, connectionId);
}

async function noteDone(ctx: Context, connection: Connection, step: SetupStepRow, summary: string, change: ConnectionChange): Promise<void> {
  const now = ctx.now();
  await inTransaction(ctx, async (tx) => {
    await finishSetupStep(tx.db, connection.id, step.step, summary, now);
    // A connection that was set up keeps its state until all of it is proved again.
    const progress: ConnectionChange = isSetUp(connection) ? {} : { state: "provisioning", errorCode: "", errorDetail: {} };
    await updateConnection(tx.db, connection.id, { ...change, ...progress, nextStepAt: new Date(now.getTime() + leaseMs) }, notLeaving);
    if (step.step === "consent")
      await recordActivity(tx, { type: "entra_consent_completed", details: { connection_id: connection.id, tenant_id: connection.tenantId } });
  });
}

async function noteStop(ctx: Context, connection: Connection, step: SetupStepRow, error: ConnectionProblem | MicrosoftError): Promise<void> {
  const now = ctx.now();
  const sinceConsentMs = connection.consentedAt && now.getTime() - connection.consentedAt.getTime();
  const stop = planRetry(error, { attempts: step.attempts + 1, sinceConsentMs });
  const nextStepAt = stop.retryInMs === null ? null : new Date(now.getTime() + stop.retryInMs);
  const detail = { ...error.details, step: step.step, at: now.toISOString() };
  await inTransaction(ctx, async (tx) => {
    // Refused was a credential that has been replaced meanwhile: whoever replaced it has asked for the step anew.
    if ((await findConnectionRow(tx.db, connection.id))?.credentialVersion !== connection.credentialVersion) return;
    if (stop.code === "" && stop.state === "awaiting_consent") await resetSetupSteps(tx.db, connection.id, [step.step]);
    // A step that waits for Microsoft to spread the news isn't a failed one: it has no code.
    else await failSetupStep(tx.db, connection.id, step.step, stop.code, stop.code ? detail : {}, now);
    const change = isSetUp(connection)
      ? changeOfWorking(connection, error, stop.code, detail)
      : { state: stop.state, errorCode: stop.code, errorDetail: stop.code ? detail : {} };
    const changed = await updateConnection(tx.db, connection.id, { ...change, nextStepAt }, notLeaving);
    if (changed && nextStepAt) await wakeSetup(tx, connection.id, nextStepAt);
  });
}

/** What a failed repeat of a step does to a connection that was set up: what passes by itself leaves it as it is. */
function changeOfWorking(
  connection: Connection,
  error: ConnectionProblem | MicrosoftError,
  code: string,
  errorDetail: Record<string, unknown>,
): ConnectionChange {
  if (code === "" || (error instanceof MicrosoftError && error.isPassing)) return {};
  const isCredential = error instanceof MicrosoftError && error.kind === "credential";
  return { state: isCredential ? "credential_error" : code === "consent_incomplete" ? "consent_incomplete" : "degraded", errorCode: code, errorDetail };
}

async function finish(ctx: Context, connectionId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const connection = await findConnectionRow(tx.db, connectionId);
    if (!connection || isLeaving(connection.state)) return;
    const isFirst = connection.connectedAt === null;
    const isBack = !isFirst && connection.state !== "connected";
    await updateConnection(tx.db, connectionId, {
      state: "connected",
      errorCode: "",
      errorDetail: {},
      nextStepAt: null,
      connectedAt: connection.connectedAt ?? tx.now(),
    });
    const details = { connection_id: connectionId, tenant_id: connection.tenantId, cloud: connection.cloud, provider: connection.provider };
    if (isFirst) await recordActivity(tx, { type: "added_conditional_access_integration_microsoft", details });
    else if (isBack) await recordActivity(tx, { type: "entra_connection_recovered", details });
    // Verdicts that were reached without a connection, or while it couldn't send, are told now.
    if (isFirst || isBack) await requestReassessment(tx, { everyHost: true }, "connection_changed");
    await wakeSenders(tx, connectionId, 0);
  });
}
