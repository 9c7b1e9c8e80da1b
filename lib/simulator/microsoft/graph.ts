import { authenticate, missingRole, tenantOfToken, type Caller } from "./api-token";
import { apiError, json, meetFault, type Exchange, type Reply } from "./exchange";
import { notFound, userEntity } from "./graph-answers";
import { answerDevices } from "./graph-devices";
import { answerGroups } from "./graph-groups";
import type { SurfaceHandler } from "./listen";
import { answerCollection, BadQueryError, select, type Entity } from "./odata";
import { intuneServiceAppId } from "./roles";
import { findUser } from "./simulator";
import type { SimulatedTenant } from "./simulated-types";
import { stableId } from "./stable-id";

const silentPartnerMs = 24 * 60 * 60 * 1000;

/** Microsoft Graph v1.0, as far as a device compliance partner uses it. */
export const graphSurface: SurfaceHandler = {
  tenantOf: tenantOfToken,
  async handle(exchange) {
    const caller = await authenticate(exchange, "graph");
    if ("status" in caller) return caller;
    const unknown = notReplicated(exchange, caller);
    if (unknown) return unknown;
    const path = exchange.path.replace(/^\/(v1\.0|beta)\//, "");
    if (path === exchange.path) return notFound(exchange);
    try {
      return route(exchange, caller, path);
    } catch (error) {
      if (error instanceof BadQueryError) return apiError(exchange, 400, "Request_BadRequest", error.message);
      throw error;
    }
  },
};

function route(exchange: Exchange, caller: Caller, path: string): Reply {
  if (path.startsWith("servicePrincipals")) return answerServicePrincipals(exchange, caller, path);
  if (path.startsWith("groups")) return answerGroups(exchange, caller, path);
  if (path.startsWith("users")) return answerUsers(exchange, caller, path);
  if (path.startsWith("devices")) return answerDevices(exchange, caller, path);
  if (path === "deviceManagement/complianceManagementPartners" && exchange.method === "GET") return answerPartners(exchange, caller);
  return notFound(exchange);
}

/** Right after consent Graph doesn't know the new service principal everywhere. */
function notReplicated(exchange: Exchange, caller: Caller): Reply | undefined {
  const now = exchange.simulator.now();
  const grant = caller.tenant.grants.find((each) => each.clientId === caller.clientId);
  let waiting = grant !== undefined && grant.availableAt > now;
  if (!waiting) {
    const fault = meetFault(exchange, "identity_not_replicated");
    if (fault) {
      waiting = now < (fault.firstMetAt ?? now) + (fault.seconds ?? 3) * 1000;
      if (!waiting) exchange.met.pop(); // its time is over: it changed nothing
    }
  }
  if (!waiting) return undefined;
  return apiError(exchange, 401, "Authorization_IdentityNotFound", "The identity of the calling application could not be established.");
}

function answerServicePrincipals(exchange: Exchange, caller: Caller, path: string): Reply {
  if (exchange.method !== "GET") return notFound(exchange);
  const { tenant } = caller;
  const withoutIntune = !tenant.hasIntune || meetFault(exchange, "intune_principal_missing");
  if (path === "servicePrincipals") {
    const denied = missingRole(exchange, caller, ["Application.Read.All"]);
    if (denied) return denied;
    const own = tenant.grants.map((grant) => ({
      id: grant.servicePrincipalId,
      appId: grant.clientId,
      displayName: exchange.simulator.apps.get(grant.clientId)?.displayName ?? "",
    }));
    const intune = withoutIntune ? [] : [{ id: tenant.intuneServicePrincipalId, appId: intuneServiceAppId, displayName: "Microsoft Intune" }];
    return json(200, answerCollection(exchange, [...intune, ...own], { context: "servicePrincipals" }));
  }
  const endpoints = /^servicePrincipals\/([^/]+)\/endpoints$/i.exec(path);
  if (!endpoints) return notFound(exchange);
  const denied = missingRole(exchange, caller, ["ServicePrincipalEndpoint.Read.All", "Application.Read.All"]);
  if (denied) return denied;
  if (withoutIntune || endpoints[1] !== tenant.intuneServicePrincipalId) {
    return apiError(
      exchange,
      404,
      "Request_ResourceNotFound",
      `Resource '${endpoints[1] ?? ""}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  return json(200, answerCollection(exchange, listEndpoints(exchange, tenant), { context: "servicePrincipals/endpoints" }));
}

function listEndpoints(exchange: Exchange, tenant: SimulatedTenant): Record<string, unknown>[] {
  const { manage } = exchange.simulator.addresses;
  const foreign = meetFault(exchange, "endpoint_foreign_host");
  const origin = foreign ? `https://${foreign.host ?? "partner-sync.attacker.example"}` : manage;
  const missing = meetFault(exchange, "endpoint_missing");
  const left = missing ? (missing.service ?? "device") : undefined;
  const entry = (capability: string, providerName: string, path: string) => ({
    id: stableId(tenant.id, "endpoint", providerName),
    capability,
    providerId: intuneServiceAppId,
    providerName,
    providerResourceId: capability,
    uri: `${origin}${path}`,
  });
  return [
    entry("MdmEnrollmentDiscovery", "Enrollment", "/EnrollmentServer/Discovery.svc"),
    ...(left === "tenant" ? [] : [entry("PartnerTenantSync", "PartnerTenantDataSyncService", "/PartnerTenantDataSyncService")]),
    ...(left === "device" ? [] : [entry("PartnerDeviceSync", "PartnerDeviceDataSyncService", "/PartnerDeviceDataSyncService")]),
  ];
}

function answerUsers(exchange: Exchange, caller: Caller, path: string): Reply {
  if (exchange.method !== "GET") return notFound(exchange);
  const denied = missingRole(exchange, caller, ["User.Read.All"]);
  if (denied) return denied;
  if (path === "users") {
    return json(200, answerCollection(exchange, listedUsers(exchange, caller), { context: "users" }));
  }
  const quoted = /^users\('((?:[^']|'')*)'\)$/.exec(path);
  const plain = /^users\/([^/]+)$/.exec(path);
  const word = quoted ? (quoted[1] ?? "").replaceAll("''", "'") : (plain?.[1] ?? "");
  if (!word) return notFound(exchange);
  if (plain && word.startsWith("$")) {
    return apiError(exchange, 400, "Request_BadRequest", `A name that starts with $ has to be asked for as users('${word}').`);
  }
  const user = findUser(caller.tenant, word);
  const about = user ? [user.id, user.userPrincipalName] : [word];
  if (!user || meetFault(exchange, "user_not_found", about)) {
    return apiError(
      exchange,
      404,
      "Request_ResourceNotFound",
      `Resource '${word}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const disabled = meetFault(exchange, "user_disabled", about) !== undefined;
  const entity = userEntity(disabled ? { ...user, accountEnabled: false } : user);
  return json(200, {
    "@odata.context": `${exchange.simulator.addresses.graph}/v1.0/$metadata#users/$entity`,
    ...select(entity, exchange.url.searchParams.get("$select")),
  });
}

/** The people that a list is made of: those whom the filter names alone, since a tenant may hold tens of thousands. */
function listedUsers(exchange: Exchange, caller: Caller): Entity[] {
  findUser(caller.tenant, ""); // a tenant that is filled at the first look
  const names = /^userPrincipalName in \((.*)\)$/.exec(exchange.url.searchParams.get("$filter") ?? "")?.[1];
  const named =
    names === undefined ? undefined : [...names.matchAll(/'((?:[^']|'')*)'/g)].map(([, name = ""]) => findUser(caller.tenant, name.replaceAll("''", "'")));
  if (!named) return caller.tenant.users.map(userEntity);
  return named
    .filter((user) => user !== undefined)
    .filter((user) => !meetFault(exchange, "user_not_found", [user.id, user.userPrincipalName]))
    .map((user) => userEntity(meetFault(exchange, "user_disabled", [user.id, user.userPrincipalName]) ? { ...user, accountEnabled: false } : user));
}

function answerPartners(exchange: Exchange, caller: Caller): Reply {
  const denied = missingRole(exchange, caller, ["DeviceManagementServiceConfig.Read.All", "DeviceManagementServiceConfig.ReadWrite.All"]);
  if (denied) return denied;
  const { tenant } = caller;
  if (!tenant.hasIntune) return apiError(exchange, 403, "Forbidden", "The tenant has no Intune licence.");
  const group = tenant.partnerGroupId;
  const partners = tenant.partnerAdded
    ? [
        {
          id: stableId(tenant.id, "partner"),
          displayName: exchange.simulator.apps.get(caller.clientId)?.displayName ?? "Partner",
          partnerState: partnerState(exchange, tenant),
          lastHeartbeatDateTime: tenant.lastHeartbeatAt ?? "0001-01-01T00:00:00Z",
          macOsOnboarded: true,
          iosOnboarded: false,
          androidOnboarded: false,
          macOsEnrollmentAssignments: group ? [{ target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: group } }] : [],
          iosEnrollmentAssignments: [],
          androidEnrollmentAssignments: [],
        },
      ]
    : [];
  return json(200, answerCollection(exchange, partners, { context: "deviceManagement/complianceManagementPartners" }));
}

/** `unknown` until the partner is provisioned, `unresponsive` when a day has passed without a heartbeat. */
function partnerState(exchange: Exchange, tenant: SimulatedTenant): string {
  if (tenant.partnerTerminated || meetFault(exchange, "partner_terminated")) return "terminated";
  if (tenant.provisioned !== 1) return tenant.provisioned === 2 ? "unavailable" : "unknown";
  const beat = tenant.lastHeartbeatAt === null ? undefined : Date.parse(tenant.lastHeartbeatAt);
  return beat !== undefined && exchange.simulator.now() - beat > silentPartnerMs ? "unresponsive" : "enabled";
}
