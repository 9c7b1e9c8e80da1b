import { z } from "zod";

/** Which programs report for the computer. `osquery` has no fleetd tables at all; `osquery_extension` adds them to plain osqueryd. */
export type AgentKind = "fleetd" | "osquery" | "osquery_extension";

export type ComputerPlatform = "darwin" | "windows" | "ubuntu";

export const App = z.object({ name: z.string().min(1), bundleIdentifier: z.string(), version: z.string() });
export type App = z.infer<typeof App>;

/** How far Platform SSO registration with Microsoft Entra has come: the device only, or the signed-in person too. */
export const PlatformSso = z.object({
  deviceId: z.string(),
  upn: z.string(),
  state: z.enum(["registered", "device_only", "not_registered"]),
});
export type PlatformSso = z.infer<typeof PlatformSso>;

/** What is true of a computer right now; every answer it gives follows from this. */
export const ComputerState = z.object({
  /** Disk encryption: FileVault, BitLocker or LUKS, by platform. */
  fileVault: z.boolean(),
  firewall: z.boolean(),
  mdm: z.boolean(),
  /** Off: the agent makes no request at all, as after an uninstall or a power-off. */
  agentOnline: z.boolean(),
  gatekeeper: z.boolean(),
  screenLock: z.boolean(),
  systemIntegrity: z.boolean(),
  osVersion: z.string().regex(/^\d+(\.\d+){0,3}$/, "expected digits and dots, for example 15.5"),
  signedInUser: z.string(),
  apps: z.array(App),
  platformSso: PlatformSso,
  /** Tables that exist but cannot be read, as after a crashed extension. */
  brokenTables: z.array(z.string()),
});
export type ComputerState = z.infer<typeof ComputerState>;

/** What someone may change about a computer from outside. Members left out stay as they are. */
export const ComputerPatch = ComputerState.partial().extend({ companyPortal: z.boolean().optional(), platformSso: PlatformSso.partial().optional() }).strict();
export type ComputerPatch = z.infer<typeof ComputerPatch>;

export interface Person {
  fullName: string;
  /** Account name on the computer. */
  username: string;
  upn: string;
}

/** What never changes about a computer. */
export interface ComputerIdentity {
  platform: ComputerPlatform;
  agent: AgentKind;
  hardwareUuid: string;
  instanceId: string;
  serial: string;
  computerName: string;
  hostname: string;
  hardwareModel: string;
  hardwareVendor: string;
  cpuBrand: string;
  cores: number;
  memoryBytes: number;
  diskBytes: number;
  diskFreeBytes: number;
  mac: string;
  address: string;
  osqueryVersion: string;
  fleetdVersion: string;
  owner: Person;
  tenantId: string;
}

export interface Computer {
  index: number;
  identity: ComputerIdentity;
  state: ComputerState;
  /** Milliseconds since 1970 when it was switched on. */
  bootedAt: number;
}

export const COMPANY_PORTAL: App = { name: "Company Portal.app", bundleIdentifier: "com.microsoft.CompanyPortalMac", version: "5.2504.0" };

export function hasCompanyPortal(state: ComputerState): boolean {
  return state.apps.some(({ bundleIdentifier }) => bundleIdentifier === COMPANY_PORTAL.bundleIdentifier);
}

/** Whether fleetd's own osquery tables are there. */
export function hasFleetdTables(identity: ComputerIdentity): boolean {
  return identity.agent !== "osquery";
}
