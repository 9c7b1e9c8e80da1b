/** Where a host stands with Entra; a host nobody has decided about yet is `unsure`. */
export type AccessState = "in" | "held" | "unsure" | "loose";

/** The order of urgency that lists and counts keep. */
export const accessStates: readonly AccessState[] = ["held", "unsure", "loose", "in"];

/** A cause of a verdict, as compliance stored it; its words are compliance's. */
export interface StoredReason {
  code: string;
  [fact: string]: unknown;
}

/** The latest report about a host that was not replaced before it was sent. */
export interface HostReport {
  id: string;
  state: string;
  /** audit_only: written down and not sent. */
  provider: string;
  managed: boolean;
  compliant: boolean;
  errorCode: string;
  createdAt: string;
  sentAt: string | null;
  acceptedAt: string | null;
}

/** A host with its team, its last contact and its verdict: what lists and pages show. */
export interface HostRecord {
  id: number;
  teamId: number;
  teamName: string;
  name: string;
  hostname: string;
  computerName: string;
  hardwareUuid: string;
  hardwareSerial: string;
  hardwareVendor: string;
  hardwareModel: string;
  hardwareVersion: string;
  platform: string;
  platformLike: string;
  osName: string;
  osVersion: string;
  osBuild: string;
  codeName: string;
  osqueryVersion: string;
  orbitVersion: string;
  desktopVersion: string;
  cpuType: string;
  cpuSubtype: string;
  cpuBrand: string;
  cpuPhysicalCores: number;
  cpuLogicalCores: number;
  memoryBytes: number;
  primaryIp: string;
  primaryMac: string;
  publicIp: string;
  diskSpaceAvailableGb: number | null;
  diskSpaceTotalGb: number | null;
  diskSpaceAvailablePercent: number | null;
  diskEncryption: "on" | "off" | "unknown";
  diskEncryptionChangedAt: Date | null;
  mdmState: "on" | "off" | "unknown";
  mdmChangedAt: Date | null;
  mdmServerUrl: string;
  mdmName: string;
  mdmInstalledFromDep: boolean;
  lastUser: string;
  deviceMappingEmail: string;
  uptimeSeconds: number;
  lastRestartedAt: Date | null;
  distributedIntervalSeconds: number;
  configRefreshSeconds: number;
  loggerPeriodSeconds: number;
  refetchRequestedAt: Date | null;
  refetchCriticalUntil: Date | null;
  detailUpdatedAt: Date;
  labelUpdatedAt: Date;
  policyUpdatedAt: Date;
  lastEnrolledAt: Date | null;
  orbitEnrolledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** The last contact; null for a host that never checked in. */
  seenAt: Date | null;
  online: boolean;
  /** Entra's id of the device, or "". */
  deviceId: string;
  userPrincipalName: string;
  identityState: "registered" | "device_only" | "not_registered";
  conflictSince: Date | null;
  conflictHostId: number | null;
  accessState: AccessState;
  /** compliant, not_compliant or undecided. */
  decision: string;
  managed: boolean | null;
  reasons: StoredReason[];
  changedAt: Date | null;
  assessedAt: Date | null;
  failingPolicies: number;
  report: HostReport | null;
  /** Entra shows another answer than it accepted from us. */
  entraDisagrees: boolean;
}
