import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestSimulator, testRedirectUri, type TestSimulator } from "./simulator-for-tests";
import { seededClientId } from "./seed";

let microsoft: TestSimulator;
beforeEach(async () => {
  microsoft = await startTestSimulator();
});
afterEach(() => microsoft.stop());

const intuneApp = "0000000a-0000-0000-c000-000000000000";

/** Calls of a connected app on one tenant. */
async function connected(tenant: keyof TestSimulator["tenants"]) {
  await microsoft.consent(tenant);
  const graphToken = await microsoft.token(tenant, "graph");
  const intuneToken = await microsoft.token(tenant, "intune");
  const tenantId = microsoft.tenants[tenant].id;
  const graph = (path: string, headers: Record<string, string> = {}) =>
    microsoft.call("GET", `${microsoft.graphUrl}/v1.0/${path}`, { token: graphToken, headers });
  const sync = (method: string, path: string, body?: unknown) =>
    microsoft.call(method, `${microsoft.manageUrl}/PartnerTenantDataSyncService/${path}?api-version=1.6`, { token: intuneToken, body });
  const provision = (Provisioned = 1) =>
    sync("PUT", `PartnerTenants(guid'${tenantId}')`, {
      Provisioned,
      PartnerEnrollmentUrl: "https://flotilla.example/microsoft-compliance-partner/enroll",
      PartnerRemediationUrl: "https://flotilla.example/microsoft-compliance-partner/remediate",
    });
  const createPolicy = (Platform = "macOS") =>
    sync("POST", "PartnerCompliancePolicies", { DisplayName: "Flotilla", Description: "By Flotilla", Platform, PartnerManagedCompliance: true });
  return { tenantId, graphToken, intuneToken, graph, sync, provision, createPolicy };
}

test("the consent page lists the requested permissions with Accept, Cancel and the way to another directory", async () => {
  const query = new URLSearchParams({ client_id: seededClientId, redirect_uri: testRedirectUri, state: "s&1", scope: `${microsoft.graphUrl}/.default` });
  const page = await microsoft.call("GET", `${microsoft.loginUrl}/happy/v2.0/adminconsent?${query}`);
  expect(page.status).toBe(200);
  for (const words of ["Accept", "Cancel", "Sign in to another directory", "update_device_attributes", "Read all users", "Aldergate Research"])
    expect(page.text).toContain(words);
  expect(page.text).toContain('value="s&#38;1"');
});

test.each([
  ["an unknown client", { client_id: "00000000-1111-2222-3333-444444444444" }, "AADSTS700016"],
  ["a redirect address that differs by a slash", { redirect_uri: `${testRedirectUri}/` }, "AADSTS50011"],
  ["no scope", { scope: "" }, "AADSTS900144"],
  ["a scope that is not /.default", { scope: "User.Read" }, "AADSTS70011"],
])("the consent page refuses %s without sending anybody anywhere", async (_, change, code) => {
  const query = new URLSearchParams({
    client_id: seededClientId,
    redirect_uri: testRedirectUri,
    state: "s",
    scope: "https://graph.example/.default",
    ...change,
  });
  const page = await microsoft.call("GET", `${microsoft.loginUrl}/happy/v2.0/adminconsent?${query}`);
  expect(page.status).toBe(400);
  expect(page.headers.location).toBeUndefined();
  expect(page.text).toContain(code);
});

test("accepting sends the browser back with tenant, state and scope on v2, and without scope on v1", async () => {
  const v2 = await microsoft.consent("happy", { state: "abc" });
  expect(v2.origin + v2.pathname).toBe(testRedirectUri);
  expect(Object.fromEntries(v2.searchParams)).toEqual({
    admin_consent: "True",
    tenant: microsoft.tenants.happy.id,
    state: "abc",
    scope: `${microsoft.graphUrl}/.default`,
  });
  const v1 = await microsoft.consent("happy", { state: "def", v1: true });
  expect(Object.fromEntries(v1.searchParams)).toEqual({ admin_consent: "True", tenant: microsoft.tenants.happy.id, state: "def" });
});

test("cancelling grants nothing and comes back with error and admin_consent=True", async () => {
  const back = await microsoft.consent("happy", { decision: "cancel" });
  expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: "access_denied", error_subcode: "cancel", admin_consent: "True", state: "state-1" });
  await expect(microsoft.token("happy", "graph")).rejects.toThrow("700016");
});

test("an admin who is signed in to another directory consents there, and the callback names it", async () => {
  const back = await microsoft.consent("happy", { directory: microsoft.tenants["second-tenant"].id });
  expect(back.searchParams.get("tenant")).toBe(microsoft.tenants["second-tenant"].id);
  await expect(microsoft.token("happy", "graph")).rejects.toThrow("700016");
  await expect(microsoft.token("second-tenant", "graph")).resolves.toBeTypeOf("string");
});

test("the whole setup: discovery, provisioning, policy, group, assignment, heartbeat, partner state", async () => {
  const { graph, sync, provision, createPolicy, tenantId } = await connected("happy");
  const principals = await graph(`servicePrincipals?$filter=${encodeURIComponent(`appId eq '${intuneApp}'`)}`);
  expect(principals.json.value).toHaveLength(1);
  const endpoints = await graph(`servicePrincipals/${principals.json.value[0].id}/endpoints`);
  const uris = Object.fromEntries(endpoints.json.value.map((each: { providerName: string; uri: string }) => [each.providerName, each.uri]));
  expect(uris.PartnerTenantDataSyncService).toBe(`${microsoft.manageUrl}/PartnerTenantDataSyncService`);
  expect(uris.PartnerDeviceDataSyncService).toBe(`${microsoft.manageUrl}/PartnerDeviceDataSyncService`);

  expect((await provision()).json).toMatchObject({ Key: tenantId, ContextId: tenantId, Provisioned: 1, HttpStatusCode: 200, ErrorDetail: null });
  const policy = await createPolicy();
  expect(policy).toMatchObject({ status: 201, json: { DisplayName: "Flotilla", Platform: "macOS", PartnerManagedCompliance: true } });
  expect((await createPolicy()).status).toBe(409);
  expect((await sync("GET", "PartnerCompliancePolicies")).json.value.map((each: { Id: string }) => each.Id)).toEqual([policy.json.Id]);

  const groups = await graph(`groups?$filter=${encodeURIComponent("displayName eq 'Device trust users'")}&$select=id,displayName`);
  expect(groups.json.value).toEqual([{ id: microsoft.tenants.happy.groupId, displayName: "Device trust users" }]);
  const assigned = await sync("POST", `PartnerCompliancePolicies(guid'${policy.json.Id}')/Assign`, { assignments: [groups.json.value[0].id] });
  expect(assigned.json.value).toBe(JSON.stringify({ assignments: [groups.json.value[0].id] }));

  const beat = await sync("PUT", `PartnerTenantHeartbeat(guid'${tenantId}')`, { Timestamp: "2026-01-01T00:00:00Z" });
  expect(beat.json).toMatchObject({ TenantId: tenantId, ResyncTimestamp: null, MessageErrors: [] });
  const state = async () => (await graph("deviceManagement/complianceManagementPartners")).json.value[0];
  expect(await state()).toMatchObject({ partnerState: "enabled", macOsOnboarded: true });
  expect(Date.parse((await state()).lastHeartbeatDateTime)).toBeGreaterThan(Date.now() - 60_000);

  expect((await provision(2)).json.Provisioned).toBe(2);
  expect((await state()).partnerState).toBe("unavailable");
});

test("a partner that sends no heartbeat for a day is unresponsive", async () => {
  const { graph, sync, provision, tenantId } = await connected("happy");
  await provision();
  await sync("PUT", `PartnerTenantHeartbeat(guid'${tenantId}')`, { Timestamp: "2026-01-01T00:00:00Z" });
  const snapshot = microsoft.snapshot();
  for (const tenant of snapshot.tenants) tenant.lastHeartbeatAt = tenant.lastHeartbeatAt && new Date(Date.now() - 25 * 3_600_000).toISOString();
  microsoft.restore(snapshot);
  expect((await graph("deviceManagement/complianceManagementPartners")).json.value[0].partnerState).toBe("unresponsive");
});

test("a tenant without Intune has no Intune service principal", async () => {
  const { graph, createPolicy } = await connected("no-intune");
  expect((await graph(`servicePrincipals?$filter=${encodeURIComponent(`appId eq '${intuneApp}'`)}`)).json.value).toEqual([]);
  expect((await createPolicy()).json.error.code).toBe("TenantNotLicensed");
});

test.each(["partner-not-added", "windows-only"] as const)("creating the policy in %s answers 204 with the all-zero id", async (tenant) => {
  const { provision, createPolicy } = await connected(tenant);
  expect((await provision()).json.Provisioned).toBe(1);
  const policy = await createPolicy();
  expect(policy.status).toBe(204);
  expect(policy.headers.location).toContain("00000000-0000-0000-0000-000000000000");
});

test("a partner added later in Intune makes the policy possible", async () => {
  const { provision, createPolicy } = await connected("partner-not-added");
  await provision();
  microsoft.updateTenant("partner-not-added", { partnerAdded: true });
  expect((await createPolicy()).status).toBe(201);
});

test("the second tenant has two groups of the suggested name, a near-duplicate and somebody else's policy", async () => {
  const { graph, provision, createPolicy, sync } = await connected("second-tenant");
  const exact = await graph(`groups?$filter=${encodeURIComponent("displayName eq 'Device trust users'")}`);
  expect(exact.json.value).toHaveLength(2);
  const near = await graph(`groups?$filter=${encodeURIComponent("startswith(displayName,'device trust')")}`);
  expect(near.json.value).toHaveLength(3);
  await provision();
  await createPolicy();
  const policies = (await sync("GET", "PartnerCompliancePolicies")).json.value;
  expect(policies.map((each: { Platform: string }) => each.Platform)).toEqual(["iOS", "macOS"]);
});

test("groups are searched by words, with the header that Graph asks for", async () => {
  const { graph } = await connected("happy");
  const search = `groups?$search=${encodeURIComponent('"displayName:trust dev"')}&$select=displayName`;
  expect((await graph(search)).status).toBe(400);
  expect((await graph(search, { ConsistencyLevel: "eventual" })).json.value).toEqual([{ displayName: "Device trust users" }]);
});

test("lists come in pages that nextLink joins without loss", async () => {
  const { graph, graphToken } = await connected("load");
  let answer = await graph("devices?$top=999&$select=deviceId");
  const seen = new Set<string>();
  let pages = 0;
  for (;;) {
    for (const device of answer.json.value) seen.add(device.deviceId);
    pages += 1;
    const next = answer.json["@odata.nextLink"];
    if (!next) break;
    answer = await microsoft.call("GET", next, { token: graphToken });
  }
  expect(seen.size).toBe(10_000);
  expect(pages).toBe(11);
});

test.each([
  ["a name with a quote", "maeve.o''neill@aldergate.example", "users('%s')"],
  ["a guest's name with #EXT#", "gast_partner.example%23EXT%23@aldergate.example", "users/%s"],
  ["a name in another script", encodeURIComponent("zoë.müller@aldergate.example"), "users/%s"],
  ["another case", "TOMASZ.Kowalczyk@Aldergate.example", "users/%s"],
])("Graph finds a person by %s", async (_, upn, path) => {
  const { graph } = await connected("happy");
  const answer = await graph(path.replace("%s", upn) + "?$select=id,userPrincipalName,accountEnabled");
  expect(answer.json).toMatchObject({ accountEnabled: true, id: expect.any(String) });
});

test("Graph answers 404 for an unknown person and 400 for a name with $ in the plain form", async () => {
  const { graph } = await connected("happy");
  expect(await graph("users/nobody@aldergate.example")).toMatchObject({ status: 404, json: { error: { code: "Request_ResourceNotFound" } } });
  expect((await graph("users/$money@aldergate.example")).status).toBe(400);
  expect((await graph("users('$money@aldergate.example')")).status).toBe(404);
});

test("a device is found by filter and by key, with its registered owner", async () => {
  const { graph } = await connected("happy");
  const device = microsoft.tenants.happy.devices[0];
  const byFilter = await graph(
    `devices?$filter=${encodeURIComponent(`deviceId eq '${device?.deviceId}'`)}&$select=id,deviceId,displayName,isCompliant,isManaged,operatingSystem`,
  );
  expect(byFilter.json.value).toEqual([expect.objectContaining({ deviceId: device?.deviceId, isCompliant: null, isManaged: null, operatingSystem: "macOS" })]);
  expect((await graph(`devices(deviceId='${device?.deviceId}')`)).json.id).toBe(byFilter.json.value[0].id);
  const owners = await graph(`devices/${byFilter.json.value[0].id}/registeredOwners`);
  expect(owners.json.value.map((each: { userPrincipalName: string }) => each.userPrincipalName)).toEqual([device?.userPrincipalName]);
  expect((await graph(`devices(deviceId='${microsoft.tenants["second-tenant"].devices[0]?.deviceId}')`)).status).toBe(404);
});

test("compliance flags can be patched on Windows devices only, and group members come and go", async () => {
  microsoft.registerApp({
    clientId: seededClientId,
    secrets: [{ value: "second-secret", expiresAt: "2099-01-01T00:00:00Z" }],
    redirectUris: [testRedirectUri],
    requiredRoles: ["1138cb37-bd11-4084-a2b7-9f71582aeddb", "GroupMember.ReadWrite.All"],
  });
  const tokenOf = async (tenant: string) => {
    await microsoft.consent(tenant);
    const form = { client_id: seededClientId, client_secret: "second-secret", grant_type: "client_credentials", scope: `${microsoft.graphUrl}/.default` };
    return (await microsoft.call("POST", `${microsoft.loginUrl}/${tenant}/oauth2/v2.0/token`, { form })).json.access_token;
  };
  const patch = async (tenant: "happy" | "windows-only", body: unknown) =>
    microsoft.call("PATCH", `${microsoft.graphUrl}/v1.0/devices(deviceId='${microsoft.tenants[tenant].devices[0]?.deviceId}')`, {
      token: await tokenOf(tenant),
      body,
    });
  expect((await patch("windows-only", { isManaged: true, isCompliant: true })).status).toBe(204);
  expect(microsoft.device("windows-only", microsoft.tenants["windows-only"].devices[0]?.deviceId ?? "")).toMatchObject({ isManaged: true, isCompliant: true });
  expect((await patch("happy", { isCompliant: true })).json.error.code).toBe("Authorization_RequestDenied");

  const token = await tokenOf("happy");
  const user = microsoft.tenants.happy.users.at(-1);
  const members = `${microsoft.graphUrl}/v1.0/groups/${microsoft.tenants.happy.groupId}/members`;
  const count = async () => (await microsoft.call("GET", members, { token })).json.value.length;
  const before = await count();
  const reference = { "@odata.id": `${microsoft.graphUrl}/v1.0/directoryObjects/${user?.id}` };
  expect((await microsoft.call("POST", `${members}/$ref`, { token, body: reference })).status).toBe(204);
  expect((await microsoft.call("POST", `${members}/$ref`, { token, body: reference })).status).toBe(400);
  expect(await count()).toBe(before + 1);
  expect((await microsoft.call("DELETE", `${members}/${user?.id}/$ref`, { token })).status).toBe(204);
  expect(await count()).toBe(before);
});

test("each API takes only tokens for itself, with the role of the call, and answers with a request id", async () => {
  const { graphToken, intuneToken, tenantId } = await connected("happy");
  const wrongAudience = await microsoft.call("GET", `${microsoft.graphUrl}/v1.0/devices`, { token: intuneToken });
  expect(wrongAudience).toMatchObject({ status: 401, json: { error: { code: "InvalidAuthenticationToken" } } });
  expect(wrongAudience.headers["request-id"]).toBe(wrongAudience.json.error.innerError["request-id"]);
  const heartbeat = `${microsoft.manageUrl}/PartnerTenantDataSyncService/PartnerTenantHeartbeat(guid'${tenantId}')?api-version=1.6`;
  expect((await microsoft.call("PUT", heartbeat, { token: graphToken, body: { Timestamp: "2026-01-01T00:00:00Z" } })).status).toBe(401);
  expect((await microsoft.call("GET", `${microsoft.graphUrl}/v1.0/devices`)).status).toBe(401);
  expect((await microsoft.call("GET", `${microsoft.graphUrl}/v1.0/devices`, { token: `${graphToken}x` })).status).toBe(401);
  microsoft.addFault({ kind: "consent_incomplete", roles: ["User.Read.All", "update_device_attributes"] });
  await microsoft.consent("happy");
  const partial = await microsoft.token("happy", "graph");
  expect((await microsoft.call("GET", `${microsoft.graphUrl}/v1.0/users`, { token: partial })).json.error.code).toBe("Authorization_RequestDenied");
});

test.each<[string, string, string, string]>([
  ["no api-version", "PUT", "PartnerTenants(guid'{T}')", "ApiVersionMissing"],
  ["an old api-version", "PUT", "PartnerTenants(guid'{T}')?api-version=1.4", "ApiVersionUnsupported"],
  ["a key without guid quoting", "PUT", "PartnerTenants('{T}')?api-version=1.6", "InvalidKey"],
  ["another tenant's key", "PUT", "PartnerTenants(guid'11111111-2222-3333-4444-555555555555')?api-version=1.6", "TenantMismatch"],
  ["an unknown Provisioned", "PUT", "PartnerTenants(guid'{T}')?api-version=1.6", "InvalidProvisioned"],
  ["an unknown platform", "POST", "PartnerCompliancePolicies?api-version=1.6", "InvalidPolicy"],
  ["a policy that isn't ours", "POST", "PartnerCompliancePolicies(guid'11111111-2222-3333-4444-555555555555')/Assign?api-version=1.6", "ResourceNotFound"],
  ["another path", "GET", "PartnerThings?api-version=1.6", "ResourceNotFound"],
])("the tenant service refuses %s", async (_, method, path, code) => {
  const { intuneToken, tenantId } = await connected("happy");
  const body =
    method === "GET" ? undefined : { Provisioned: 3, DisplayName: "x", Description: "x", Platform: "macos", PartnerManagedCompliance: true, assignments: [] };
  const answer = await microsoft.call(method, `${microsoft.manageUrl}/PartnerTenantDataSyncService/${path.replace("{T}", tenantId)}`, {
    token: intuneToken,
    body,
  });
  expect(answer.json.error.code).toBe(code);
});

test("pages for people have to be https, or http on this machine", async () => {
  const { sync, tenantId } = await connected("happy");
  const put = (url: string) => sync("PUT", `PartnerTenants(guid'${tenantId}')`, { Provisioned: 1, PartnerEnrollmentUrl: url, PartnerRemediationUrl: url });
  expect((await put("http://flotilla.example/enroll")).json.error.code).toBe("InvalidUrl");
  expect((await put("http://localhost:3000/enroll")).status).toBe(200);
});
