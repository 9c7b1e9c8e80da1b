import { randomUUID } from "node:crypto";
import type { Answer, CallOptions, TestSimulator } from "./simulator-for-tests";
import type { SeedName } from "./simulated-types";

/** What a message says; the rest is filled in. `inventory` and `compliance` change or (undefined) drop fields. */
export interface MessageDraft {
  messageId?: string;
  deviceId?: string;
  userId?: string;
  managed?: boolean;
  compliant?: boolean;
  lastUpdateTime?: string;
  inventory?: Record<string, unknown>;
  compliance?: Record<string, unknown>;
  upload?: Record<string, unknown>;
}

/** A connected partner, as the product would be, for tests of what comes after setup. */
export interface TestPartner {
  tenantId: string;
  deviceId: string;
  userId: string;
  upn: string;
  graph(path: string, options?: CallOptions): Promise<Answer>;
  tenantService(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  send(draft?: MessageDraft, options?: CallOptions): Promise<Answer & { messageId: string }>;
  status(messageId: string): Promise<Answer>;
}

/** Consents, provisions, makes the policy and assigns it to the suggested group. */
export async function connectPartner(microsoft: TestSimulator, name: SeedName): Promise<TestPartner> {
  await microsoft.consent(name);
  const graphToken = await microsoft.token(name, "graph");
  const intuneToken = await microsoft.token(name, "intune");
  const tenant = microsoft.tenants[name];
  const device = tenant.devices[0];
  const user = tenant.users.find((each) => each.userPrincipalName === device?.userPrincipalName);
  const tenantService: TestPartner["tenantService"] = (method, path, body, options = {}) =>
    microsoft.call(method, `${microsoft.manageUrl}/PartnerTenantDataSyncService/${path}?api-version=1.6`, { token: intuneToken, body, ...options });
  await tenantService("PUT", `PartnerTenants(guid'${tenant.id}')`, {
    Provisioned: 1,
    PartnerEnrollmentUrl: "https://flotilla.example/microsoft-compliance-partner/enroll",
    PartnerRemediationUrl: "https://flotilla.example/microsoft-compliance-partner/remediate",
  });
  const policy = await tenantService("POST", "PartnerCompliancePolicies", {
    DisplayName: "Flotilla",
    Description: "",
    Platform: "macOS",
    PartnerManagedCompliance: true,
  });
  await tenantService("POST", `PartnerCompliancePolicies(guid'${policy.json.Id}')/Assign`, { assignments: [tenant.groupId] });
  const messages = `${microsoft.manageUrl}/PartnerDeviceDataSyncService/DataUploadMessages`;
  let stamp = Date.parse("2026-01-10T10:00:00Z");
  return {
    tenantId: tenant.id,
    deviceId: device?.deviceId ?? "",
    userId: user?.id ?? "",
    upn: user?.userPrincipalName ?? "",
    tenantService,
    graph: (path, options = {}) => microsoft.call("GET", `${microsoft.graphUrl}/v1.0/${path}`, { token: graphToken, ...options }),
    send: async (draft = {}, options = {}) => {
      stamp += 1000;
      const messageId = draft.messageId ?? randomUUID();
      const shared = {
        TenantId: tenant.id,
        DeviceId: draft.deviceId ?? device?.deviceId,
        UserId: draft.userId ?? user?.id,
        LastUpdateTime: draft.lastUpdateTime ?? new Date(stamp).toISOString(),
      };
      const inventory = {
        EntityType: 1,
        ...shared,
        DeviceManagementState: (draft.managed ?? true) ? "managed" : "notManaged",
        DeviceName: "A Mac",
        LastCheckInTime: new Date(stamp).toISOString(),
        Os: "macOS",
        OsVersion: "15.4.1",
        EasIds: [],
        State: 0,
        ...draft.inventory,
      };
      const compliance = { EntityType: 4, ...shared, complianceStatus: (draft.compliant ?? true) ? "compliant" : "notCompliant", ...draft.compliance };
      const body = { TenantId: tenant.id, UploadTime: new Date(stamp).toISOString(), Content: JSON.stringify([inventory, compliance]), ...draft.upload };
      const answer = await microsoft.call("PUT", `${messages}(guid'${messageId}')?api-version=1.2`, { token: intuneToken, body, ...options });
      return { ...answer, messageId };
    },
    status: (messageId) => microsoft.call("GET", `${messages}(guid'${messageId}')?api-version=1.2`, { token: intuneToken }),
  };
}
