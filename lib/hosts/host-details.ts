/** What an agent says about its host. A member that is absent leaves what is stored. */
export interface HostDetails {
  hardwareUuid?: string;
  hardwareSerial?: string;
  hostname?: string;
  computerName?: string;
  platform?: string;
  platformLike?: string;
  osName?: string;
  osVersion?: string;
  osBuild?: string;
  codeName?: string;
  arch?: string;
  osqueryVersion?: string;
  orbitVersion?: string;
  desktopVersion?: string;
  hardwareVendor?: string;
  hardwareModel?: string;
  hardwareVersion?: string;
  cpuType?: string;
  cpuSubtype?: string;
  cpuBrand?: string;
  cpuPhysicalCores?: number;
  cpuLogicalCores?: number;
  memoryBytes?: number;
  primaryIp?: string;
  primaryMac?: string;
  publicIp?: string;
  diskSpaceAvailableGb?: number;
  diskSpaceTotalGb?: number;
  diskSpaceAvailablePercent?: number;
  diskEncryption?: "on" | "off";
  mdmState?: "on" | "off";
  mdmServerUrl?: string;
  mdmName?: string;
  mdmInstalledFromDep?: boolean;
  lastUser?: string;
  uptimeSeconds?: number;
  lastRestartedAt?: string;
  distributedIntervalSeconds?: number;
  configRefreshSeconds?: number;
  loggerPeriodSeconds?: number;
}

/** What one check-in changes on its host's row. Times are in milliseconds; an absent one stays. */
export interface HostRecord {
  hostId: number;
  details: HostDetails;
  /** Digest of `details`; empty when they are only a part. */
  detailsDigest: string;
  detailUpdatedAt?: number;
  labelUpdatedAt?: number;
  policyUpdatedAt?: number;
  /** Ends a refetch that was asked for up to this moment; a later request stays. */
  answersRefetchUntil?: number;
}

/** What an agent says of Entra's identity of its host. `none`: nobody is registered. */
export type IdentityAnswer = { kind: "none" } | { kind: "device"; deviceId: string; userPrincipalName: string };
