/** The seed tenants, each made for one situation that a connection can meet. */
export type SeedName = "happy" | "no-intune" | "partner-not-added" | "windows-only" | "gcc-high" | "second-tenant" | "load";

/** The national cloud that a tenant lives in, as its metadata says. */
export type TenantCloud = "global" | "usgov";

/** A person in a tenant. `userPrincipalName` may hold `#EXT#`, quotes and any script. */
export interface SimulatedUser {
  id: string;
  userPrincipalName: string;
  displayName: string;
  accountEnabled: boolean;
  intuneLicensed: boolean;
  /** Values of app roles that the person was given in every enterprise application. */
  appRoles?: string[];
  /** The mail address on the person's record; whoever may edit the directory can write any address here. Missing: the UPN; null: none. */
  mail?: string | null;
  /** Whether the tenant owns the domain of that address (`xms_edov`). Missing: it does. */
  mailVerified?: boolean;
  /** The tenant or provider that a guest comes from, as `idp` names it. */
  guestOf?: string;
}

/** A group; `memberIds` are object ids of users. */
export interface SimulatedGroup {
  id: string;
  displayName: string;
  securityEnabled: boolean;
  memberIds: string[];
}

/** What became of one message for one device, in the order in which it was processed. */
export interface AppliedMessage {
  messageId: string;
  lastUpdateTime: string;
  receivedAt: string;
  processedAt: string;
  managed: boolean;
  compliant: boolean | null;
  outcome: MessageOutcome;
}

/** `applied` changed the record (or confirmed it); every other word says why it did not. */
export type MessageOutcome = "pending" | "applied" | "ignored_older" | "ignored_no_status" | "no_effect" | "failed";

/** Entra's record of a device. `id` is the directory object id, `deviceId` the id that reports use. */
export interface SimulatedDevice {
  id: string;
  deviceId: string;
  displayName: string;
  operatingSystem: string;
  operatingSystemVersion: string;
  trustType: string;
  accountEnabled: boolean;
  isManaged: boolean | null;
  isCompliant: boolean | null;
  mdmAppId: string | null;
  approximateLastSignInDateTime: string;
  ownerIds: string[];
  /** `LastUpdateTime` of the newest applied message: older messages no longer count. */
  lastUpdateTime: string | null;
  history: AppliedMessage[];
}

/** The service principal that an accepted consent made, usable in Graph from `availableAt` on (epoch ms). */
export interface Grant {
  clientId: string;
  servicePrincipalId: string;
  roles: string[];
  grantedAt: number;
  availableAt: number;
}

/** A compliance policy that a partner made; `assignments` are group ids. */
export interface PartnerPolicy {
  id: string;
  partnerPolicyId: string;
  displayName: string;
  description: string;
  platform: string;
  partnerManagedCompliance: boolean;
  /** The app that made it; null for one that stood there before. */
  ownerClientId: string | null;
  assignments: string[];
}

/** One uploaded message and what the service says of it. `dueAt`: epoch ms from which it may be processed. */
export interface PartnerMessage {
  id: string;
  tenantId: string;
  /** SHA-256 of the uploaded content, to tell a repetition from another message under the same id. */
  contentDigest: string;
  deviceId: string;
  userId: string;
  lastUpdateTime: string;
  managed: boolean;
  complianceStatus: "compliant" | "notCompliant" | null;
  receivedAt: number;
  dueAt: number;
  status: string;
  errorCode: string | null;
  errorDetail: string | null;
  outcome: MessageOutcome;
  /** What a fault decided when the message came in. */
  disturbance: MessageDisturbance | null;
  /** Where the journal shows it; the outcome is noted there too. Not part of a snapshot. */
  journalEntries: { outcome: MessageOutcome | null }[];
}

/** How a fault bends the life of one message. */
export interface MessageDisturbance {
  kind: string;
  /** Makes the message end as Failed with this code. */
  errorCode?: string;
  detail?: string;
  /** How many status questions still get a 404. */
  notFoundTimes?: number;
}

/** The conditional access policy that the simulated Microsoft 365 app asks. */
export interface ConditionalAccessPolicy {
  displayName: string;
  enabled: boolean;
  /** Object id of the group in scope. */
  groupId: string;
  /** Values of a device's `operatingSystem`. */
  platforms: string[];
}

/** One attempt to sign in to the simulated app. */
export interface SignIn {
  id: string;
  at: string;
  app: string;
  userPrincipalName: string;
  deviceId: string;
  deviceName: string | null;
  result: "success" | "blocked" | "failed";
  reason: SignInReason;
  message: string;
}

/** Why a sign-in ended as it did. */
export type SignInReason =
  | "compliant"
  | "not_in_scope"
  | "platform_not_in_scope"
  | "policy_disabled"
  | "device_unknown"
  | "device_not_managed"
  | "device_not_compliant"
  | "user_unknown"
  | "user_disabled";

/** A Microsoft Entra tenant with everything that this product touches in it. */
export interface SimulatedTenant {
  id: string;
  name: SeedName;
  displayName: string;
  domain: string;
  cloud: TenantCloud;
  hasIntune: boolean;
  intuneServicePrincipalId: string;
  /** An admin added the partner in Intune, for macOS, with `partnerGroupId`. */
  partnerAdded: boolean;
  partnerGroupId: string | null;
  partnerTerminated: boolean;
  provisioned: 0 | 1 | 2;
  enrollmentUrl: string | null;
  remediationUrl: string | null;
  lastHeartbeatAt: string | null;
  grants: Grant[];
  policies: PartnerPolicy[];
  users: SimulatedUser[];
  groups: SimulatedGroup[];
  devices: Map<string, SimulatedDevice>;
  /** Devices that appear at the first look at them, so that a tenant of thousands costs nothing until it is used. */
  lazyDevices: number;
  conditionalAccess: ConditionalAccessPolicy;
  signIns: SignIn[];
}

/** An app registration: who may ask for tokens, and where consent may send people back to. */
export interface SimulatedApp {
  clientId: string;
  displayName: string;
  secrets: { value: string; expiresAt: string }[];
  /** Certificates in PEM. */
  certificates: string[];
  redirectUris: string[];
  /** Names of app roles, see roles.ts. */
  requiredRoles: string[];
  /** Id tokens hold the object ids of the person's groups, as the groups claim of Token configuration does. */
  groupsClaim?: boolean;
  /** Further optional claims of its id tokens. Missing: `email` alone. */
  optionalClaims?: OptionalClaim[];
}

/** What an app can ask for in its id tokens, under Token configuration. */
export type OptionalClaim = "email" | "xms_edov" | "acct" | "idp";

/** What a caller needs to know of a seed tenant. */
export interface SeededTenant {
  id: string;
  name: SeedName;
  displayName: string;
  domain: string;
  /** The suggested scoping group, or null where the tenant has none of that name. */
  groupId: string | null;
  users: { id: string; userPrincipalName: string; displayName: string }[];
  devices: { deviceId: string; displayName: string; operatingSystem: string; userPrincipalName: string | null }[];
}
