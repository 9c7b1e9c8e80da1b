import { partnerRoles } from "./roles";
import { stableId } from "./stable-id";
import type { SeedName, SimulatedApp, SimulatedDevice, SimulatedGroup, SimulatedTenant, SimulatedUser } from "./simulated-types";

/** The app registration that exists from the start. Its credentials open nothing but the simulator. */
export const seededClientId = "6d1f6c1e-4f0b-4b57-9a0e-3a5f0c9d7e21";
/** See `seededClientId`. */
export const seededClientSecret = "simulator-only.h3lm-0f-the-first-boat";
/** The scoping group's name that the product suggests. */
export const suggestedGroupName = "Device trust users";

/** How many users and devices the load tenant has. */
export const loadTenantSize = 10_000;

const people: readonly [upn: string, displayName: string][] = [
  ["tomasz.kowalczyk", "Tomasz Kowalczyk"],
  ["maeve.o'neill", "Maeve O'Neill"],
  ["soren.aebelo", "Søren Æbelø"],
  ["anne-sophie.de-la-rochefoucauld", "Anne-Sophie de La Rochefoucauld"],
  ["olena.shevchenko", "Олена Шевченко"],
  ["zoë.müller", "Zoë Müller"],
  ["ravi.subramanian", "Ravi Subramanian"],
  ["lerato.mokoena", "Lerato Mokoena"],
];

/** The default app, with the redirect addresses that a product started on its usual ports uses. */
export function seedApp(): SimulatedApp {
  const paths = ["/settings/integrations/conditional-access", "/api/auth/callback/microsoft-entra-id"];
  const origins = ["http://localhost:3000", "http://127.0.0.1:3000", "https://localhost:8443"];
  return {
    clientId: seededClientId,
    displayName: "Flotilla",
    secrets: [{ value: seededClientSecret, expiresAt: "2099-12-31T00:00:00.000Z" }],
    certificates: [],
    redirectUris: origins.flatMap((origin) => paths.map((path) => origin + path)),
    requiredRoles: [...partnerRoles],
  };
}

/** The seed tenants as they are before anybody connects. Ids are stable from run to run. */
export function seedTenants(): SimulatedTenant[] {
  const tenants = [
    seedTenant("happy", "Aldergate Research", "aldergate.example", {}),
    seedTenant("no-intune", "Bramble Bakery", "bramble.example", { hasIntune: false, partnerAdded: false }),
    seedTenant("partner-not-added", "Cobalt Legal", "cobalt.example", { partnerAdded: false }),
    seedTenant("windows-only", "Dunlin Freight", "dunlin.example", { partnerAdded: false }),
    seedTenant("gcc-high", "Estuary Defense", "estuary.us.example", { cloud: "usgov" }),
    seedTenant("second-tenant", "Fennel & Sons", "fennel.example", {}),
    seedTenant("load", "Greylag Logistics", "greylag.example", { lazyDevices: loadTenantSize }),
  ];
  for (const tenant of tenants) furnish(tenant);
  return tenants;
}

function seedTenant(name: SeedName, displayName: string, domain: string, differences: Partial<SimulatedTenant>): SimulatedTenant {
  const users: SimulatedUser[] = people.map(([local, person]) => ({
    id: stableId(name, "user", local),
    userPrincipalName: `${local}@${domain}`,
    displayName: person,
    accountEnabled: true,
    intuneLicensed: differences.hasIntune !== false,
  }));
  const scope = group(name, suggestedGroupName, users);
  return {
    id: stableId(name, "tenant"),
    name,
    displayName,
    domain,
    cloud: "global",
    hasIntune: true,
    intuneServicePrincipalId: stableId(name, "intune"),
    partnerAdded: true,
    partnerGroupId: scope.id,
    partnerTerminated: false,
    provisioned: 0,
    enrollmentUrl: null,
    remediationUrl: null,
    lastHeartbeatAt: null,
    grants: [],
    policies: [],
    users,
    groups: [group(name, "All staff", users), scope],
    devices: new Map(),
    lazyDevices: 0,
    conditionalAccess: { displayName: "Require a compliant Mac", enabled: true, groupId: scope.id, platforms: ["macOS"] },
    signIns: [],
    ...differences,
  };
}

/** What makes each tenant the case that it stands for. */
function furnish(tenant: SimulatedTenant): void {
  const outsider: SimulatedUser = {
    id: stableId(tenant.name, "user", "contractor"),
    userPrincipalName: `lin.contractor@${tenant.domain}`,
    displayName: "Lin (contractor)",
    accountEnabled: true,
    intuneLicensed: false,
  };
  const guest: SimulatedUser = {
    id: stableId(tenant.name, "user", "guest"),
    userPrincipalName: `gast_partner.example#EXT#@${tenant.domain}`,
    displayName: "Guest of Partner GmbH",
    accountEnabled: true,
    intuneLicensed: true,
  };
  tenant.users.push(outsider, guest);
  if (tenant.name === "windows-only") {
    for (const user of tenant.users.slice(0, 4)) addDevice(tenant, user, `${user.displayName.split(" ")[0]}'s ThinkPad`, "Windows");
    tenant.conditionalAccess.platforms = ["Windows"];
    return;
  }
  if (tenant.name === "second-tenant") {
    // Two groups of one name and a near-duplicate: the picker has to ask.
    tenant.groups.push({ ...group(tenant.name, suggestedGroupName, tenant.users.slice(0, 3)), id: stableId(tenant.name, "group", "twin") });
    tenant.groups.push(group(tenant.name, `${suggestedGroupName} (old)`, []));
    tenant.policies.push({
      id: stableId(tenant.name, "foreign-policy"),
      partnerPolicyId: stableId(tenant.name, "foreign-partner-policy"),
      displayName: "Earlier partner, phones",
      description: "Stood here before; not ours.",
      platform: "iOS",
      partnerManagedCompliance: true,
      ownerClientId: null,
      assignments: [],
    });
  }
  if (tenant.lazyDevices > 0) return;
  for (const user of tenant.users.slice(0, 6)) addDevice(tenant, user, `${user.displayName.split(" ")[0]}'s MacBook`, "macOS");
}

/** Adds Entra's record of a computer that its owner registered. */
export function addDevice(tenant: SimulatedTenant, owner: SimulatedUser | undefined, displayName: string, os: string, id?: string): SimulatedDevice {
  const deviceId = id ?? stableId(tenant.name, "device", owner?.userPrincipalName ?? displayName);
  const device: SimulatedDevice = {
    id: stableId(tenant.id, "object", deviceId),
    deviceId,
    displayName,
    operatingSystem: os,
    operatingSystemVersion: os === "Windows" ? "10.0.26100.2314" : "15.4.1",
    trustType: os === "Windows" ? "AzureAd" : "Workplace",
    accountEnabled: true,
    isManaged: null,
    isCompliant: null,
    mdmAppId: null,
    approximateLastSignInDateTime: "2026-01-05T08:00:00Z",
    ownerIds: owner ? [owner.id] : [],
    lastUpdateTime: null,
    history: [],
  };
  tenant.devices.set(deviceId, device);
  return device;
}

/** Makes the load tenant's people and Macs, all of them at once, at the first look at them. */
export function furnishLazily(tenant: SimulatedTenant): void {
  const count = tenant.lazyDevices;
  if (count === 0) return;
  tenant.lazyDevices = 0;
  const scope = tenant.groups.find((each) => each.displayName === suggestedGroupName);
  for (let i = 1; i <= count; i += 1) {
    const number = String(i).padStart(5, "0");
    const user: SimulatedUser = {
      id: stableId(tenant.name, "user", number),
      userPrincipalName: `person${number}@${tenant.domain}`,
      displayName: `Person ${number}`,
      accountEnabled: true,
      intuneLicensed: true,
    };
    tenant.users.push(user);
    scope?.memberIds.push(user.id);
    addDevice(tenant, user, `Mac ${number}`, "macOS", stableId(tenant.name, "device", number));
  }
}

function group(tenant: SeedName, displayName: string, members: SimulatedUser[]): SimulatedGroup {
  return { id: stableId(tenant, "group", displayName), displayName, securityEnabled: true, memberIds: members.map((user) => user.id) };
}
