import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { ForbiddenError, UpstreamError } from "@/lib/errors";
import { hashToken } from "@/lib/secret-box";
import { findConnectionRow, updateConnection } from "./connection-queries";
import { isLeaving, isSetUp } from "./connection-state";
import { takeConsentState } from "./consent-queries";
import { redactedExcerpt } from "./redact";
import { resetSetupSteps } from "./setup-queries";
import { forgetTokens } from "./tokens";
import { wakeSetup } from "./wake-setup";

/** The query that Microsoft's page sends the browser back with. */
export interface ConsentAnswer {
  state: string;
  tenant?: string | undefined;
  error?: string | undefined;
  errorDescription?: string | undefined;
}

/**
 * Accepts the answer Microsoft sends back after an admin was asked for consent, and lets setup go on.
 * `admin_consent=True` also comes with errors and `tenant` can be forged: this only notes that somebody came back; the proof is a token that holds every role.
 * @param answer.state one-time value from begin-consent.ts, valid for 15 minutes, for the user who asked
 * @throws ForbiddenError `permission_denied`, `state_invalid` (nothing is written), `tenant_mismatch`; UpstreamError `consent_declined`
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export async function acceptConsent(ctx: Context, answer: ConsentAnswer): Promise<void> {
  authorize(ctx, "connection:write");
  // Refusals are stored, so they are thrown after the transaction that stores them.
  const refusal = await inTransaction(ctx, (tx) => takeAnswer(tx, answer));
  if (refusal) throw refusal;
}

async function takeAnswer(tx: Context, answer: ConsentAnswer): Promise<ForbiddenError | UpstreamError | null> {
  const stale = new ForbiddenError(
    "state_invalid",
    "This way back from Microsoft isn't valid: it was used, is too old, or belongs to another session. Nothing changed; start again.",
  );
  if (tx.actor.kind !== "user") return stale;
  // Found by its sha256: how long a look-up takes says nothing about a state that somebody guesses.
  const taken = await takeConsentState(tx.sql, hashToken(answer.state), tx.actor.userId, tx.now());
  const connection = taken && (await findConnectionRow(tx.db, taken.connectionId));
  if (!taken || !connection || isLeaving(connection.state)) return stale;

  const stop = async (code: "consent_declined" | "tenant_mismatch", detail: Record<string, unknown>) => {
    const errorDetail = { ...detail, step: "consent", at: tx.now().toISOString() };
    // A connection that works isn't stopped by somebody who presses Cancel.
    if (!isSetUp(connection))
      await updateConnection(tx.db, connection.id, {
        state: code === "consent_declined" ? code : "awaiting_consent",
        errorCode: code,
        errorDetail,
        nextStepAt: null,
      });
    await recordActivity(tx, { type: "entra_consent_declined", details: { connection_id: connection.id, tenant_id: connection.tenantId, code } });
  };
  if (answer.error !== undefined) {
    await stop("consent_declined", { microsoftCode: answer.error.slice(0, 100), answer: redactedExcerpt(answer.errorDescription ?? "") });
    return new UpstreamError(
      "consent_declined",
      "Nobody gave consent. A Global Administrator or Privileged Role Administrator has to. Nothing changed in the tenant.",
    );
  }
  const tenant = answer.tenant?.toLowerCase() ?? "";
  if (tenant !== taken.expectedTenantId.toLowerCase()) {
    await stop("tenant_mismatch", { expected: taken.expectedTenantId, got: /^[0-9a-f-]{36}$/.test(tenant) ? tenant : "" });
    return new ForbiddenError(
      "tenant_mismatch",
      `You signed in to ${tenant ? "another tenant" : "no tenant"}, but this connection is for ${taken.expectedTenantId}. Sign out of Microsoft, then try again.`,
    );
  }
  forgetTokens(connection.id); // tokens from before the consent lack its roles
  await resetSetupSteps(tx.db, connection.id, ["consent"]);
  // A connection that was set up keeps its state until the setup job has proved that it works again.
  const progress = isSetUp(connection) ? {} : { state: "provisioning", errorCode: "", errorDetail: {} };
  await updateConnection(tx.db, connection.id, { ...progress, nextStepAt: null, consentedAt: tx.now(), consentedById: tx.actor.userId });
  await wakeSetup(tx, connection.id);
  return null;
}
