import type { Connection } from "./connection";
import type { ConnectionState } from "./connection-state";

const words: Record<ConnectionState, string> = {
  not_connected: "Not connected",
  awaiting_consent: "Waiting for consent",
  consent_declined: "Consent declined",
  consent_incomplete: "Permissions missing",
  propagating: "Setting up",
  provisioning: "Setting up",
  connected: "Connected",
  degraded: "Needs attention",
  credential_error: "Credential refused",
  disconnecting: "Disconnecting",
  disconnect_failed: "Not disconnected yet",
};

/** Where a connection stands, in two or three words. */
export function connectionWord(connection: Pick<Connection, "state" | "provider"> | null): string {
  if (!connection) return words.not_connected;
  return connection.provider === "audit_only" && connection.state === "connected" ? "Watch only" : words[connection.state];
}
