import type { ConnectionErrorCode, ConnectionState } from "./connection-state";
import type { ConnectionProblem } from "./connection-problem";
import { MicrosoftError } from "./microsoft-error";

const second = 1000;
const minute = 60 * second;
const propagationMs = 5 * minute;
const roleLagMs = 10 * second;

/** How a setup that stopped goes on. `retryInMs` null: only when somebody does something. */
export interface SetupStop {
  state: ConnectionState;
  code: ConnectionErrorCode | "";
  retryInMs: number | null;
}

// First wait and longest wait; it doubles with each attempt in between.
const waits: Partial<Record<ConnectionErrorCode, [first: number, longest: number]>> = {
  microsoft_unavailable: [2 * second, 5 * minute],
  throttled: [30 * second, 5 * minute],
  partner_not_added: [30 * second, 5 * minute],
  unexpected_partner_response: [30 * second, 15 * minute],
  assign_failed: [10 * second, 5 * minute],
  provision_rejected: [minute, 15 * minute],
  microsoft_refused: [minute, 15 * minute],
  consent_incomplete: [minute, 60 * minute],
  app_not_in_tenant: [minute, 60 * minute],
  intune_missing: [15 * minute, 60 * minute],
};

/**
 * What a failed step means for the connection. Right after consent Microsoft's own services may not know the app yet; for five minutes that is
 * called propagating. Before anybody consented, an app that isn't in the tenant is no error at all.
 * @param sinceConsentMs time since somebody came back from the consent page, or null
 * @param attempts how often the step was tried, this time included
 */
export function planRetry(
  error: ConnectionProblem | MicrosoftError,
  { attempts, sinceConsentMs }: { attempts: number; sinceConsentMs: number | null },
): SetupStop {
  const code = error.code as ConnectionErrorCode;
  const doubled = (first: number, longest: number) => Math.min(first * 2 ** Math.min(attempts - 1, 20), longest);
  const notReplicated = error instanceof MicrosoftError && error.kind === "unauthorized" && error.microsoftCode === "Authorization_IdentityNotFound";
  const isYoung = (ms: number) => sinceConsentMs !== null && sinceConsentMs < ms;
  if ((notReplicated || code === "app_not_in_tenant") && isYoung(propagationMs))
    return { state: "propagating", code: "", retryInMs: doubled(2 * second, 20 * second) };
  if (code === "consent_incomplete" && isYoung(roleLagMs)) return { state: "propagating", code: "", retryInMs: doubled(2 * second, 5 * second) };
  if (code === "app_not_in_tenant" && sinceConsentMs === null) return { state: "awaiting_consent", code: "", retryInMs: null };

  const wait = waits[code];
  const asked = error instanceof MicrosoftError ? error.retryAfterMs : undefined;
  return { state: stateOf(code), code, retryInMs: asked ?? (wait ? doubled(...wait) : null) };
}

function stateOf(code: ConnectionErrorCode): ConnectionState {
  if (code === "consent_declined") return "consent_declined";
  if (code === "consent_incomplete") return "consent_incomplete";
  if (code === "app_not_in_tenant" || code === "tenant_mismatch") return "awaiting_consent";
  if (code === "credential_invalid" || code === "credential_expired" || code === "invalid_tenant") return "credential_error";
  return "provisioning";
}
