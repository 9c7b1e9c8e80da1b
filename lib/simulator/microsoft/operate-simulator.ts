import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { FaultInput, type Fault } from "./faults";
import { addDevice, furnishLazily } from "./seed";
import { settleMessages } from "./settle-messages";
import { findDevice, findTenant, findUser, isMember, type Simulator } from "./simulator";
import { findRole } from "./roles";
import type { SimulatedApp, SimulatedDevice, SimulatedTenant, SimulatedUser } from "./simulated-types";
import { stableId } from "./stable-id";

/** A device that a person registers with Entra. `tenantId`: id, domain or seed name; an unknown `upn` becomes a new licensed person in the scoping group. */
export const DeviceRegistration = z.strictObject({
  tenantId: z.string(),
  deviceId: z.guid().optional(),
  displayName: z.string().min(1),
  upn: z.string().nullable().default(null),
  os: z.string().default("macOS"),
  osVersion: z.string().optional(),
});
/** See the schema of the same name. */
export type DeviceRegistration = z.input<typeof DeviceRegistration>;

/** A person. Groups by id or name; without `groups` they join the group that conditional access asks for. */
export const UserRegistration = z.strictObject({
  tenantId: z.string(),
  upn: z.string().min(3),
  displayName: z.string().optional(),
  accountEnabled: z.boolean().default(true),
  intuneLicensed: z.boolean().default(true),
  groups: z.array(z.string()).optional(),
  /** Values of app roles; they take the place of those held before. */
  appRoles: z.array(z.string()).optional(),
  mail: z.string().nullable().optional(),
  mailVerified: z.boolean().optional(),
  guestOf: z.string().optional(),
});
/** See the schema of the same name. */
export type UserRegistration = z.input<typeof UserRegistration>;

/** An app registration; the same client id replaces what was registered before. */
export const AppRegistration = z.strictObject({
  clientId: z.guid().transform((id) => id.toLowerCase()),
  displayName: z.string().default("Flotilla"),
  secrets: z.array(z.strictObject({ value: z.string().min(1), expiresAt: z.iso.datetime() })).default([]),
  certificates: z.array(z.string().refine(isCertificate, "expected a certificate in PEM")).default([]),
  redirectUris: z.array(z.url()).default([]),
  /** Names or ids of app roles; kept as names. */
  requiredRoles: z.array(
    z.string().transform((word, context) => {
      const role = findRole(word);
      if (!role) context.addIssue({ code: "custom", message: `'${word}' is no app role that the simulator knows` });
      return role?.name ?? word;
    }),
  ),
  groupsClaim: z.boolean().default(false),
  optionalClaims: z.array(z.enum(["email", "xms_edov", "acct", "idp"])).optional(),
});
/** See the schema of the same name. */
export type AppRegistration = z.input<typeof AppRegistration>;

/** What an admin changes in the Entra or Intune centre. */
export const TenantPatch = z.strictObject({
  hasIntune: z.boolean().optional(),
  partnerAdded: z.boolean().optional(),
  partnerTerminated: z.boolean().optional(),
  partnerGroupId: z.guid().nullable().optional(),
  conditionalAccess: z
    .strictObject({ displayName: z.string(), enabled: z.boolean(), groupId: z.guid(), platforms: z.array(z.string()) })
    .partial()
    .optional(),
  /** Takes the app's consent away. */
  revokeConsentOf: z.guid().optional(),
});
/** See the schema of the same name. */
export type TenantPatch = z.infer<typeof TenantPatch>;

/** What an admin changes on a device's record. */
export const DevicePatch = z.strictObject({
  isManaged: z.boolean().nullable().optional(),
  isCompliant: z.boolean().nullable().optional(),
  displayName: z.string().optional(),
  accountEnabled: z.boolean().optional(),
  deleted: z.literal(true).optional(),
});
/** See the schema of the same name. */
export type DevicePatch = z.infer<typeof DevicePatch>;

/** The tenant, or an error that names the word. */
export function getTenant(simulator: Simulator, word: string): SimulatedTenant {
  const tenant = findTenant(simulator, word);
  if (!tenant)
    throw new RangeError(
      `No simulated tenant is called '${word}'. Use an id, a domain or one of: ${[...simulator.tenants.values()].map((each) => each.name).join(", ")}.`,
    );
  return tenant;
}

/** Switches a fault on. */
export function addFault(simulator: Simulator, input: FaultInput): Fault {
  const read = FaultInput.parse(input);
  return simulator.faults.add(read, read.tenant === undefined ? undefined : getTenant(simulator, read.tenant).id);
}

/** Entra's record of a device with every processed message in it; undefined when Entra has none. */
export function deviceRecord(simulator: Simulator, tenantWord: string, deviceId: string): SimulatedDevice | undefined {
  settleMessages(simulator);
  const device = findDevice(getTenant(simulator, tenantWord), deviceId);
  return device && structuredClone(device);
}

/** Registers a device, or gives an already registered one a new name and owner. */
export function registerDevice(simulator: Simulator, input: DeviceRegistration): SimulatedDevice {
  const { tenantId, deviceId, displayName, upn, os, osVersion } = DeviceRegistration.parse(input);
  const tenant = getTenant(simulator, tenantId);
  furnishLazily(tenant);
  const owner = upn === null ? undefined : (findUser(tenant, upn) ?? registerUser(simulator, { tenantId, upn }));
  const id = (deviceId ?? stableId(tenant.id, "device", displayName, upn ?? "")).toLowerCase();
  const present = tenant.devices.get(id);
  const device = present ?? addDevice(tenant, owner, displayName, os, id);
  device.displayName = displayName;
  device.operatingSystem = os;
  if (osVersion !== undefined) device.operatingSystemVersion = osVersion;
  device.ownerIds = owner ? [owner.id] : [];
  return structuredClone(device);
}

/** Adds a person, or changes one of the same UPN. */
export function registerUser(simulator: Simulator, input: UserRegistration): SimulatedUser {
  const { tenantId, upn, displayName, accountEnabled, intuneLicensed, groups, ...claims } = UserRegistration.parse(input);
  const tenant = getTenant(simulator, tenantId);
  const present = findUser(tenant, upn);
  const user = present ?? {
    id: stableId(tenant.id, "user", upn.toLowerCase()),
    userPrincipalName: upn,
    displayName: displayName ?? upn.split("@")[0] ?? upn,
    accountEnabled,
    intuneLicensed,
  };
  if (!present) tenant.users.push(user);
  user.accountEnabled = accountEnabled;
  user.intuneLicensed = intuneLicensed;
  if (displayName !== undefined) user.displayName = displayName;
  Object.assign(user, claims);
  const wanted = groups ?? (present ? [] : [tenant.conditionalAccess.groupId]);
  for (const word of wanted) {
    const group = tenant.groups.find((each) => each.id === word || each.displayName === word);
    if (!group) throw new RangeError(`${tenant.displayName} has no group '${word}'.`);
    if (!isMember(group, user.id)) group.memberIds.push(user.id);
  }
  return structuredClone(user);
}

/** Registers an app, or replaces the one of the same client id. */
export function registerApp(simulator: Simulator, input: AppRegistration): SimulatedApp {
  const app = AppRegistration.parse(input);
  simulator.apps.set(app.clientId, app);
  return structuredClone(app);
}

/** What an admin does in the Entra or Intune centre. */
export function updateTenant(simulator: Simulator, tenantWord: string, input: TenantPatch): SimulatedTenant {
  const { conditionalAccess, revokeConsentOf, ...rest } = TenantPatch.parse(input);
  const tenant = getTenant(simulator, tenantWord);
  Object.assign(tenant, rest);
  Object.assign(tenant.conditionalAccess, conditionalAccess);
  if (revokeConsentOf !== undefined) tenant.grants = tenant.grants.filter((grant) => grant.clientId !== revokeConsentOf.toLowerCase());
  return tenant;
}

/** What an admin does to one device, or somebody else's management behind our back. */
export function updateDevice(simulator: Simulator, tenantWord: string, deviceId: string, input: DevicePatch): SimulatedDevice | undefined {
  const { deleted, ...rest } = DevicePatch.parse(input);
  const tenant = getTenant(simulator, tenantWord);
  settleMessages(simulator);
  const device = findDevice(tenant, deviceId);
  if (!device) throw new RangeError(`${tenant.displayName} has no device ${deviceId}.`);
  if (deleted) tenant.devices.delete(device.deviceId);
  else Object.assign(device, rest);
  return deleted ? undefined : structuredClone(device);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
