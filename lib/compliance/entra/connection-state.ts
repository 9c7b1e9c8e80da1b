/** Where a connection stands. `not_connected` is said when there is no connection at all. */
export const connectionStates = [
  "not_connected",
  "awaiting_consent",
  "consent_declined",
  "consent_incomplete",
  "propagating",
  "provisioning",
  "connected",
  "degraded",
  "credential_error",
  "disconnecting",
  "disconnect_failed",
] as const;

/** See `connectionStates`. */
export type ConnectionState = (typeof connectionStates)[number];

/** What can be wrong with a connection; the texts stand in connection-texts.ts. */
export const connectionErrorCodes = [
  "invalid_tenant",
  "public_url_not_https",
  "consent_declined",
  "state_invalid",
  "tenant_mismatch",
  "consent_incomplete",
  "app_not_in_tenant",
  "credential_invalid",
  "credential_expired",
  "intune_missing",
  "partner_endpoints_missing",
  "partner_endpoint_untrusted",
  "partner_not_added",
  "partner_not_approved",
  "partner_terminated",
  "partner_unresponsive",
  "group_not_found",
  "group_ambiguous",
  "provision_rejected",
  "assign_failed",
  "unexpected_partner_response",
  "throttled",
  "microsoft_unavailable",
  "microsoft_refused",
] as const;

/** See `connectionErrorCodes`. */
export type ConnectionErrorCode = (typeof connectionErrorCodes)[number];

/** Whether reports may be sent: setup is finished and nothing but Microsoft's mood stands in the way. */
export function canReport(state: string): boolean {
  return state === "connected" || state === "degraded";
}

/** Whether setup was finished once, whatever troubles it now. */
export function isSetUp(connection: { connectedAt: Date | null }): boolean {
  return connection.connectedAt !== null;
}

/** Whether the connection is being taken down, so that nothing may be set up or sent any more. */
export function isLeaving(state: string): boolean {
  return state === "disconnecting" || state === "disconnect_failed";
}
