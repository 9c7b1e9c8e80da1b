import type { ConnectionState } from "./connection-state";

/** How a tenant is told: messages of an Intune compliance partner, or not at all. */
export const providerNames = ["intune_partner", "audit_only"] as const;

/** See `providerNames`. */
export type ProviderName = (typeof providerNames)[number];

/** One Entra tenant we serve, without its credential. */
export interface Connection {
  id: number;
  name: string;
  isDefault: boolean;
  provider: string;
  cloud: string;
  tenantId: string;
  tenantDomain: string;
  clientId: string;
  /** none, secret or certificate */
  credentialKind: string;
  credentialVersion: number;
  credentialExpiresAt: Date | null;
  /** What an admin recognises the credential by: the end of a secret, or a certificate's thumbprint. */
  credentialHint: string;
  state: ConnectionState;
  errorCode: string;
  errorDetail: Record<string, unknown>;
  grantedRoles: string[];
  rolesCheckedAt: Date | null;
  consentedAt: Date | null;
  consentedById: number | null;
  servicePrincipalId: string;
  tenantServiceUrl: string;
  deviceServiceUrl: string;
  addressesFoundAt: Date | null;
  partnerPolicyId: string;
  groupId: string;
  groupName: string;
  partnerState: string;
  pausedUntil: Date | null;
  /** graph, intune or both: which lane `pausedUntil` holds. */
  pauseReason: string;
  nextStepAt: Date | null;
  lastHeartbeatAt: Date | null;
  heartbeatError: string;
  resyncRequestedAt: Date | null;
  onDisconnect: string;
  createdById: number | null;
  connectedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
