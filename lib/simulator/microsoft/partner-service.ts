import { randomUUID } from "node:crypto";
import { authenticate, missingRole, tenantOfToken, type Caller } from "./api-token";
import { apiError, json, meetFault, readJsonObject, type Exchange, type Reply } from "./exchange";
import type { SurfaceHandler } from "./listen";
import { answerDeviceMessage } from "./partner-messages";
import type { PartnerPolicy } from "./simulated-types";

const zeroGuid = "00000000-0000-0000-0000-000000000000";
const versions: Record<string, string> = { PartnerTenantDataSyncService: "1.6", PartnerDeviceDataSyncService: "1.2" };
const guid = "guid'([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})'";
const policyRoles = ["manage_partner_compliance_policy"];
const tenantRoles = ["manage_partner_compliance_policy", "update_device_attributes"];

/** The two partner data-sync services of Intune. */
export const partnerSurface: SurfaceHandler = {
  tenantOf: tenantOfToken,
  async handle(exchange) {
    const caller = await authenticate(exchange, "intune");
    if ("status" in caller) return caller;
    if (meetFault(exchange, "partner_not_approved"))
      return apiError(exchange, 403, "PartnerNotApproved", "The application is not an approved compliance partner.");
    if (!caller.tenant.hasIntune) return apiError(exchange, 403, "TenantNotLicensed", "The tenant has no Intune licence.");
    const [, service = "", path = ""] = /^\/([^/]+)\/(.+)$/.exec(exchange.path) ?? [];
    const expected = versions[service];
    if (expected === undefined) return notFound(exchange);
    const version = exchange.url.searchParams.get("api-version");
    if (version === null) return apiError(exchange, 400, "ApiVersionMissing", `The query parameter api-version is required. Expected ${expected}.`);
    if (version !== expected) return apiError(exchange, 400, "ApiVersionUnsupported", `api-version ${version} is not supported. Expected ${expected}.`);
    return service === "PartnerTenantDataSyncService" ? routeTenantService(exchange, caller, path) : routeDeviceService(exchange, caller, path);
  },
};

function routeDeviceService(exchange: Exchange, caller: Caller, path: string): Reply {
  const messageId = keyOfPath(path, "DataUploadMessages");
  if (messageId !== undefined) return answerDeviceMessage(exchange, caller, messageId);
  return path.startsWith("DataUploadMessages") ? badKey(exchange, "DataUploadMessages") : notFound(exchange);
}

function routeTenantService(exchange: Exchange, caller: Caller, path: string): Reply {
  const route = `${exchange.method} ${path.replace(/\(.*?\)/, "()")}`;
  switch (route) {
    case "PUT PartnerTenants()":
      return forTenant(exchange, caller, path, "PartnerTenants", provision);
    case "PUT PartnerTenantHeartbeat()":
      return forTenant(exchange, caller, path, "PartnerTenantHeartbeat", beat);
    case "POST PartnerCompliancePolicies":
      return missingRole(exchange, caller, policyRoles) ?? createPolicy(exchange, caller);
    case "GET PartnerCompliancePolicies":
      return missingRole(exchange, caller, policyRoles) ?? json(200, { value: caller.tenant.policies.map(policyEntity) });
    case "POST PartnerCompliancePolicies()/Assign":
      return missingRole(exchange, caller, policyRoles) ?? assignPolicy(exchange, caller, path);
    default:
      return notFound(exchange);
  }
}

function forTenant(exchange: Exchange, caller: Caller, path: string, set: string, act: (exchange: Exchange, caller: Caller) => Reply): Reply {
  const key = keyOfPath(path, set);
  if (key === undefined) return badKey(exchange, set);
  if (key !== caller.tenant.id) return apiError(exchange, 403, "TenantMismatch", `${set}: expected the tenant of the access token.`);
  return missingRole(exchange, caller, tenantRoles) ?? act(exchange, caller);
}

/** The key of `Set(guid'…')`, in lower case; undefined when it isn't written like that. */
function keyOfPath(path: string, set: string): string | undefined {
  return new RegExp(`^${set}\\(${guid}\\)`).exec(path)?.[1]?.toLowerCase();
}

function badKey(exchange: Exchange, set: string): Reply {
  return apiError(exchange, 400, "InvalidKey", `The key has to be written ${set}(guid'…').`);
}

function notFound(exchange: Exchange): Reply {
  return apiError(exchange, 404, "ResourceNotFound", `No resource matches ${exchange.method} ${exchange.path}.`);
}

function provision(exchange: Exchange, caller: Caller): Reply {
  const { tenant } = caller;
  const body = readJsonObject(exchange) ?? {};
  const { Provisioned: provisioned, PartnerEnrollmentUrl: enroll, PartnerRemediationUrl: remediate } = body;
  const note = { provisioned, enrollmentUrl: enroll, remediationUrl: remediate };
  if (provisioned !== 1 && provisioned !== 2)
    return apiError(exchange, 400, "InvalidProvisioned", "Provisioned: expected 1 (provisioned) or 2 (deprovisioned).", { note });
  for (const [name, url] of Object.entries({ PartnerEnrollmentUrl: enroll, PartnerRemediationUrl: remediate })) {
    if (provisioned === 1 && !isPageAddress(url))
      return apiError(exchange, 400, "InvalidUrl", `${name}: expected an https address (http only on localhost).`, { note });
  }
  const answer = (kept: number, status: number, detail: string | null) =>
    json(200, { Key: tenant.id, ContextId: tenant.id, Provisioned: kept, HttpStatusCode: status, ErrorDetail: detail }, { note });
  const rejected = meetFault(exchange, "provision_rejected");
  if (rejected) {
    const detail = rejected.detail ?? "The tenant has not enabled this partner.";
    if (rejected.as === "error_detail") return answer(provisioned, 200, detail);
    return rejected.as === "inner_status" ? answer(provisioned, 403, "") : answer(0, 200, null);
  }
  tenant.provisioned = provisioned;
  tenant.enrollmentUrl = provisioned === 1 ? String(enroll) : null;
  tenant.remediationUrl = provisioned === 1 ? String(remediate) : null;
  return answer(provisioned, 200, null);
}

function isPageAddress(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === "https:" || (url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname));
}

function beat(exchange: Exchange, caller: Caller): Reply {
  const { tenant } = caller;
  const stamp = readJsonObject(exchange)?.Timestamp;
  const note = { timestamp: stamp };
  if (typeof stamp !== "string" || Number.isNaN(Date.parse(stamp)))
    return apiError(exchange, 400, "InvalidTimestamp", "Timestamp: expected an ISO time in UTC.", { note });
  if (tenant.provisioned !== 1)
    return apiError(exchange, 404, "TenantNotProvisioned", "The tenant is not provisioned: PUT PartnerTenants with Provisioned 1 first.", { note });
  const now = new Date(exchange.simulator.now()).toISOString();
  tenant.lastHeartbeatAt = now;
  const resync = meetFault(exchange, "heartbeat_resync");
  const errors = meetFault(exchange, "heartbeat_message_errors");
  return json(
    200,
    {
      Key: tenant.id,
      TenantId: tenant.id,
      ClientType: "Partner",
      Timestamp: stamp,
      ResyncTimestamp: resync ? (resync.text ?? now) : null,
      HttpStatusCode: 200,
      ErrorDetail: null,
      MessageErrors: errors
        ? [
            {
              MessageId: randomUUID(),
              ErrorCode: errors.errorCode ?? "DeviceNotFound",
              ErrorDetail: errors.detail ?? "A device in an earlier message is not registered.",
            },
          ]
        : [],
    },
    { note },
  );
}

function createPolicy(exchange: Exchange, caller: Caller): Reply {
  const { simulator } = exchange;
  const { tenant } = caller;
  const body = readJsonObject(exchange) ?? {};
  const { DisplayName: displayName, Description: description, Platform: platform, PartnerManagedCompliance: managed } = body;
  const note = { displayName, platform };
  if (typeof displayName !== "string" || displayName === "") return apiError(exchange, 400, "InvalidPolicy", "DisplayName: expected a text.", { note });
  if (typeof description !== "string") return apiError(exchange, 400, "InvalidPolicy", "Description: expected a text.", { note });
  if (platform !== "macOS" && platform !== "iOS" && platform !== "Android")
    return apiError(exchange, 400, "InvalidPolicy", "Platform: expected macOS, iOS or Android.", { note });
  if (managed !== true) return apiError(exchange, 400, "InvalidPolicy", "PartnerManagedCompliance: expected true.", { note });
  const notAdded = !tenant.partnerAdded || tenant.partnerTerminated || tenant.provisioned !== 1;
  const address = (id: string) => `${simulator.addresses.manage}/PartnerTenantDataSyncService/PartnerCompliancePolicies(guid'${id}')`;
  if (notAdded || meetFault(exchange, "policy_zero_guid")) return { status: 204, headers: { location: address(zeroGuid) }, note };
  const conflict = meetFault(exchange, "policy_conflict") !== undefined;
  const existing = tenant.policies.some((policy) => policy.platform === platform && policy.ownerClientId !== null);
  const policy: PartnerPolicy = {
    id: randomUUID(),
    partnerPolicyId: randomUUID(),
    displayName,
    description,
    platform,
    partnerManagedCompliance: true,
    ownerClientId: caller.clientId,
    assignments: [],
  };
  if (!existing) tenant.policies.push(policy);
  // A conflict means that one exists, so the fault leaves one behind to be found.
  if (existing || conflict) return apiError(exchange, 409, "Conflict", `A partner compliance policy for ${platform} exists already.`, { note });
  const headers = { location: address(policy.id) };
  if (meetFault(exchange, "policy_empty_body")) return { status: 201, headers, note };
  if (meetFault(exchange, "policy_invalid_json"))
    return { status: 201, body: "<html>201 Created</html>", headers: { ...headers, "content-type": "application/json" }, note };
  if (meetFault(exchange, "policy_collection_shape")) return json(201, { value: [policyEntity(policy)] }, { headers, note });
  return json(
    201,
    { "odata.metadata": `${simulator.addresses.manage}/$metadata#PartnerCompliancePolicies/@Element`, ...policyEntity(policy) },
    { headers, note },
  );
}

function policyEntity(policy: PartnerPolicy): Record<string, unknown> {
  return {
    Id: policy.id,
    DisplayName: policy.displayName,
    Description: policy.description,
    Platform: policy.platform,
    PartnerPolicyId: policy.partnerPolicyId,
    PartnerManagedCompliance: policy.partnerManagedCompliance,
  };
}

function assignPolicy(exchange: Exchange, caller: Caller, path: string): Reply {
  const id = keyOfPath(path, "PartnerCompliancePolicies");
  if (id === undefined) return badKey(exchange, "PartnerCompliancePolicies");
  const groups = readJsonObject(exchange)?.assignments;
  const note = { policyId: id, assignments: groups };
  const failing = meetFault(exchange, "assign_fails");
  if (failing) return apiError(exchange, failing.status ?? 500, "AssignmentFailed", failing.detail ?? "The assignment could not be saved.", { note });
  const policy = caller.tenant.policies.find((each) => each.id === id && each.ownerClientId !== null);
  if (!policy) return apiError(exchange, 404, "ResourceNotFound", `No policy of this partner has the id ${id}.`, { note });
  if (!Array.isArray(groups) || groups.length === 0 || !groups.every((each) => typeof each === "string")) {
    return apiError(exchange, 400, "InvalidAssignments", "assignments: expected a list of group ids.", { note });
  }
  const unknown = groups.find((groupId) => !caller.tenant.groups.some((group) => group.id === groupId));
  if (unknown !== undefined) return apiError(exchange, 400, "GroupNotFound", `assignments: no group has the id ${String(unknown)}.`, { note });
  policy.assignments = [...new Set(groups as string[])];
  // The answer's value is a string that holds JSON, as the real service has it.
  return json(200, { value: JSON.stringify({ assignments: policy.assignments }) }, { note });
}
