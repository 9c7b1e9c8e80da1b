import type { FaultBook } from "./faults";
import type { Journal } from "./journal";
import { furnishLazily, suggestedGroupName } from "./seed";
import type { SigningKey } from "./signing-key";
import type { PartnerMessage, SeededTenant, SimulatedApp, SimulatedDevice, SimulatedGroup, SimulatedTenant, SimulatedUser } from "./simulated-types";

/** Where the surfaces answer. Origins without a trailing slash; `intuneResource` ends in one. */
export interface SimulatorAddresses {
  login: string;
  graph: string;
  manage: string;
  intuneResource: string;
  app: string;
}

/** Everything that the surfaces share: one object per running simulator. */
export interface Simulator {
  addresses: SimulatorAddresses;
  /** Epoch ms of the simulator's clock. */
  now(): number;
  /** Moves the clock, relative to the one it was given. */
  clockOffsetMs: number;
  processingDelayMs: number;
  propagationDelayMs: number;
  /** `notManaged` alone makes a device non-compliant. What Microsoft does here is not documented. */
  notManagedForcesNonCompliant: boolean;
  tenants: Map<string, SimulatedTenant>;
  apps: Map<string, SimulatedApp>;
  /** By tenant id, a slash, message id. */
  messages: Map<string, PartnerMessage>;
  /** Keys of `messages` that are not processed yet, oldest first. */
  pending: Set<string>;
  /** Keys of messages that a fault holds back until a later one is processed. */
  held: Set<string>;
  /** Ids (`jti`) of tokens that APIs refuse, and of tokens that an API has seen. */
  revokedTokens: Set<string>;
  seenTokens: Set<string>;
  /** States of consent requests in the order of their callbacks. */
  usedStates: string[];
  /** Codes of the sign-in page, each for one exchange. */
  codes: Map<string, SignInCode>;
  signingKey: SigningKey;
  faults: FaultBook;
  journal: Journal;
  /** Writes the state file, where there is one. */
  persist(): Promise<void>;
}

/** What a sign-in code stands for until it is exchanged. */
export interface SignInCode {
  tenantId: string;
  userId: string;
  clientId: string;
  redirectUri: string;
  nonce: string | null;
  challenge: string | null;
  scope: string;
  expiresAt: number;
}

/** The tenant by id, domain or seed name, without case. */
export function findTenant(simulator: Simulator, word: string | null | undefined): SimulatedTenant | undefined {
  if (!word) return undefined;
  const wanted = word.toLowerCase();
  const byId = simulator.tenants.get(wanted);
  if (byId) return byId;
  for (const tenant of simulator.tenants.values()) {
    if (tenant.domain === wanted || tenant.name === wanted || `${tenant.name}.onmicrosoft.com` === wanted) return tenant;
  }
  return undefined;
}

/** A person by object id or UPN, without case. */
export function findUser(tenant: SimulatedTenant, word: string): SimulatedUser | undefined {
  furnishLazily(tenant);
  return userIndex(tenant).get(word.toLowerCase());
}

/** Entra's record by device id. */
export function findDevice(tenant: SimulatedTenant, deviceId: string): SimulatedDevice | undefined {
  furnishLazily(tenant);
  return tenant.devices.get(deviceId.toLowerCase());
}

/** All devices of a tenant. */
export function listDevices(tenant: SimulatedTenant): SimulatedDevice[] {
  furnishLazily(tenant);
  return [...tenant.devices.values()];
}

const indexes = new WeakMap<SimulatedTenant, { size: number; users: Map<string, SimulatedUser> }>();

function userIndex(tenant: SimulatedTenant): Map<string, SimulatedUser> {
  const known = indexes.get(tenant);
  if (known && known.size === tenant.users.length) return known.users;
  const users = known?.users ?? new Map<string, SimulatedUser>();
  for (const user of tenant.users.slice(known?.size ?? 0)) {
    users.set(user.id.toLowerCase(), user);
    users.set(user.userPrincipalName.toLowerCase(), user);
  }
  indexes.set(tenant, { size: tenant.users.length, users });
  return users;
}

const memberships = new WeakMap<string[], { counted: number; members: Set<string> }>();

/** Whether a person is in a group, also in one of tens of thousands. Members are only ever added to a list; one that loses any is made anew. */
export function isMember(group: SimulatedGroup, userId: string): boolean {
  const known = memberships.get(group.memberIds) ?? { counted: 0, members: new Set<string>() };
  for (const id of group.memberIds.slice(known.counted)) known.members.add(id);
  memberships.set(group.memberIds, { counted: group.memberIds.length, members: known.members });
  return known.members.has(userId);
}

/** The facts of a tenant that callers outside use. */
export function describeTenant(tenant: SimulatedTenant): SeededTenant {
  const upn = (id: string | undefined) => (id === undefined ? null : (findUser(tenant, id)?.userPrincipalName ?? null));
  return {
    id: tenant.id,
    name: tenant.name,
    displayName: tenant.displayName,
    domain: tenant.domain,
    groupId: tenant.groups.find((group) => group.displayName === suggestedGroupName)?.id ?? null,
    users: tenant.lazyDevices > 0 ? [] : tenant.users.map(({ id, userPrincipalName, displayName }) => ({ id, userPrincipalName, displayName })),
    devices: [...tenant.devices.values()].map(({ deviceId, displayName, operatingSystem, ownerIds }) => ({
      deviceId,
      displayName,
      operatingSystem,
      userPrincipalName: upn(ownerIds[0]),
    })),
  };
}
