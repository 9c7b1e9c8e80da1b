import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connectPartner, type TestPartner } from "./partner-for-tests";
import { startTestSimulator, type TestSimulator } from "./simulator-for-tests";

let microsoft: TestSimulator;
let partner: TestPartner;
let fresh: ReturnType<TestSimulator["snapshot"]>;
beforeAll(async () => {
  microsoft = await startTestSimulator();
  partner = await connectPartner(microsoft, "happy");
  fresh = microsoft.snapshot();
});
// Each test begins with a connected partner and no fault.
afterEach(() => microsoft.restore(fresh));
afterAll(() => microsoft.stop());

const record = () => microsoft.device("happy", partner.deviceId);
const tenantKey = () => `guid'${partner.tenantId}'`;
const createPolicy = () =>
  partner.tenantService("POST", "PartnerCompliancePolicies", { DisplayName: "New", Description: "", Platform: "macOS", PartnerManagedCompliance: true });
const statusOf = async (messageId: string) => (await partner.status(messageId)).json;

const principals = () => partner.graph(`servicePrincipals?$filter=${encodeURIComponent("appId eq '0000000a-0000-0000-c000-000000000000'")}`);
const endpoints = async () => {
  const id = (await principals()).json.value[0].id;
  return (await partner.graph(`servicePrincipals/${id}/endpoints`)).json.value as { providerName: string; uri: string }[];
};

test("intune_principal_missing: the Intune service principal isn't there", async () => {
  microsoft.addFault({ kind: "intune_principal_missing" });
  expect((await principals()).json.value).toEqual([]);
});

test("endpoint_missing: one of the two services is not listed", async () => {
  for (const [service, name] of [
    ["tenant", "PartnerTenantDataSyncService"],
    ["device", "PartnerDeviceDataSyncService"],
  ] as const) {
    microsoft.addFault({ kind: "endpoint_missing", service, count: 1 });
    expect((await endpoints()).map((each) => each.providerName)).not.toContain(name);
    expect((await endpoints()).map((each) => each.providerName)).toContain(name);
  }
});

test("endpoint_foreign_host: the services point at a host that isn't Microsoft's", async () => {
  microsoft.addFault({ kind: "endpoint_foreign_host", host: "evil.example" });
  expect((await endpoints()).every((each) => each.uri.startsWith("https://evil.example/"))).toBe(true);
});

const groups = () => partner.graph(`groups?$filter=${encodeURIComponent("displayName eq 'Device trust users'")}`);

test("group_absent: no group is found", async () => {
  microsoft.addFault({ kind: "group_absent" });
  expect((await groups()).json.value).toEqual([]);
  expect((await partner.graph(`groups/${microsoft.tenants.happy.groupId}`)).status).toBe(404);
});

test("group_duplicated: the group is found twice, with two ids", async () => {
  microsoft.addFault({ kind: "group_duplicated" });
  expect(new Set((await groups()).json.value.map((each: { id: string }) => each.id)).size).toBe(2);
});

test("user_not_found: one person is unknown to Graph and to messages, others aren't", async () => {
  microsoft.addFault({ kind: "user_not_found", user: partner.upn });
  expect((await partner.graph(`users/${partner.upn}`)).status).toBe(404);
  expect((await partner.graph(`users/${microsoft.tenants.happy.users[4]?.userPrincipalName}`)).status).toBe(200);
  microsoft.clearFaults();
  microsoft.addFault({ kind: "user_not_found", user: partner.userId });
  expect(await statusOf((await partner.send()).messageId)).toMatchObject({ Status: "Failed", ErrorCode: "UserNotFound" });
});

test("user_disabled: the person is shown as disabled, and messages about them fail", async () => {
  microsoft.addFault({ kind: "user_disabled" });
  expect((await partner.graph(`users/${partner.upn}`)).json.accountEnabled).toBe(false);
  expect(await statusOf((await partner.send()).messageId)).toMatchObject({ Status: "Failed", ErrorCode: "UserDisabled" });
});

const foundDevice = async () => (await partner.graph(`devices?$filter=${encodeURIComponent(`deviceId eq '${partner.deviceId}'`)}`)).json.value.length;

test("device_unknown: the device is unknown to Graph and to messages", async () => {
  microsoft.addFault({ kind: "device_unknown", device: partner.deviceId });
  expect(await foundDevice()).toBe(0);
  expect((await partner.graph(`devices(deviceId='${partner.deviceId}')`)).status).toBe(404);
  expect(await statusOf((await partner.send()).messageId)).toMatchObject({ Status: "Failed", ErrorCode: "DeviceNotFound" });
});

test("device_deleted: the message completes, but Graph no longer has the device", async () => {
  const sent = await partner.send();
  microsoft.addFault({ kind: "device_deleted", device: partner.deviceId });
  expect((await statusOf(sent.messageId)).Status).toBe("Completed");
  expect(await foundDevice()).toBe(0);
});

test("provision_rejected: 200 whose body says no, in three ways", async () => {
  const provision = async () =>
    (
      await partner.tenantService("PUT", `PartnerTenants(${tenantKey()})`, {
        Provisioned: 1,
        PartnerEnrollmentUrl: "https://a.example/",
        PartnerRemediationUrl: "https://a.example/",
      })
    ).json;
  microsoft.addFault({ kind: "provision_rejected", count: 1 });
  expect(await provision()).toMatchObject({ Provisioned: 0 });
  microsoft.addFault({ kind: "provision_rejected", as: "error_detail", detail: "Not now.", count: 1 });
  expect(await provision()).toMatchObject({ Provisioned: 1, ErrorDetail: "Not now." });
  microsoft.addFault({ kind: "provision_rejected", as: "inner_status", count: 1 });
  expect(await provision()).toMatchObject({ Provisioned: 1, HttpStatusCode: 403 });
});

test("partner_not_approved: 403 on every path of the partner services", async () => {
  microsoft.addFault({ kind: "partner_not_approved" });
  expect((await partner.tenantService("GET", "PartnerCompliancePolicies")).json.error.code).toBe("PartnerNotApproved");
  expect((await partner.send()).status).toBe(403);
});

/** A tenant where the policy is still to be made. */
function withoutPolicy(): void {
  const snapshot = microsoft.snapshot();
  for (const tenant of snapshot.tenants) tenant.policies = [];
  microsoft.restore(snapshot);
}

test("policy_conflict: 409, and the policy is there to be found", async () => {
  withoutPolicy();
  microsoft.addFault({ kind: "policy_conflict" });
  expect((await createPolicy()).status).toBe(409);
  expect((await partner.tenantService("GET", "PartnerCompliancePolicies")).json.value).toHaveLength(1);
});

test("policy_zero_guid: 204 with the all-zero id", async () => {
  withoutPolicy();
  microsoft.addFault({ kind: "policy_zero_guid" });
  const answer = await createPolicy();
  expect([answer.status, answer.text]).toEqual([204, ""]);
  expect(answer.headers.location).toContain("guid'00000000-0000-0000-0000-000000000000'");
});

test("policy_empty_body: 201 with nothing in it", async () => {
  withoutPolicy();
  microsoft.addFault({ kind: "policy_empty_body" });
  const answer = await createPolicy();
  expect([answer.status, answer.text]).toEqual([201, ""]);
});

test("policy_collection_shape: 201 with value[0] instead of the entity", async () => {
  withoutPolicy();
  microsoft.addFault({ kind: "policy_collection_shape" });
  expect((await createPolicy()).json.value[0]).toMatchObject({ DisplayName: "New", Platform: "macOS" });
});

test("policy_invalid_json: 201 with something that isn't JSON", async () => {
  withoutPolicy();
  microsoft.addFault({ kind: "policy_invalid_json" });
  const answer = await createPolicy();
  expect([answer.status, answer.json]).toEqual([201, undefined]);
});

test("assign_fails: the assignment fails with the given status, then works", async () => {
  const id = (await partner.tenantService("GET", "PartnerCompliancePolicies")).json.value[0].Id;
  const assign = () => partner.tenantService("POST", `PartnerCompliancePolicies(guid'${id}')/Assign`, { assignments: [microsoft.tenants.happy.groupId] });
  microsoft.addFault({ kind: "assign_fails", status: 400, count: 1 });
  expect((await assign()).status).toBe(400);
  expect((await assign()).status).toBe(200);
});

test("message_stuck: pending for ever", async () => {
  microsoft.addFault({ kind: "message_stuck", count: 1 });
  const sent = await partner.send();
  microsoft.advance(1_800_000);
  expect((await statusOf(sent.messageId)).Status).toBe("Pending");
  expect(record()?.history).toHaveLength(0);
});

test("message_failed: Failed with code and detail", async () => {
  microsoft.addFault({ kind: "message_failed", errorCode: "Odd", detail: "Something odd happened." });
  expect(await statusOf((await partner.send()).messageId)).toMatchObject({ Status: "Failed", ErrorCode: "Odd", ErrorDetail: "Something odd happened." });
});

test("message_no_effect: Completed, and the device stays as it was", async () => {
  microsoft.addFault({ kind: "message_no_effect", count: 1 });
  expect((await statusOf((await partner.send()).messageId)).Status).toBe("Completed");
  expect(record()).toMatchObject({ isCompliant: null, isManaged: null });
  await partner.send();
  expect(record()).toMatchObject({ isCompliant: true });
});

test("message_unknown_status: a word nobody documented", async () => {
  microsoft.addFault({ kind: "message_unknown_status", text: "Simmering" });
  expect((await statusOf((await partner.send()).messageId)).Status).toBe("Simmering");
});

test("message_not_found_first: 404 for the first two questions, then the status", async () => {
  microsoft.addFault({ kind: "message_not_found_first", times: 2 });
  const { messageId } = await partner.send();
  expect((await partner.status(messageId)).status).toBe(404);
  expect((await partner.status(messageId)).status).toBe(404);
  expect((await statusOf(messageId)).Status).toBe("Completed");
});

test("messages_out_of_order: the first message is processed after the second and no longer counts", async () => {
  microsoft.addFault({ kind: "messages_out_of_order", count: 1 });
  const first = await partner.send({ compliant: false });
  expect((await statusOf(first.messageId)).Status).toBe("Pending");
  const second = await partner.send({ compliant: true });
  expect((await statusOf(second.messageId)).Status).toBe("Completed");
  expect((await statusOf(first.messageId)).Status).toBe("Completed");
  expect(record()).toMatchObject({ isCompliant: true });
  expect(record()?.history.map((each) => [each.messageId, each.outcome])).toEqual([
    [second.messageId, "applied"],
    [first.messageId, "ignored_older"],
  ]);
});

test("messages_out_of_order without a second message ends after its seconds", async () => {
  microsoft.addFault({ kind: "messages_out_of_order", seconds: 5, count: 1 });
  const first = await partner.send({ compliant: false });
  microsoft.advance(5_000);
  expect((await statusOf(first.messageId)).Status).toBe("Completed");
});

const beat = async () => (await partner.tenantService("PUT", `PartnerTenantHeartbeat(${tenantKey()})`, { Timestamp: new Date().toISOString() })).json;

test("heartbeat_resync: the heartbeat asks for a resync", async () => {
  microsoft.addFault({ kind: "heartbeat_resync", text: "2026-01-05T00:00:00Z", count: 1 });
  expect((await beat()).ResyncTimestamp).toBe("2026-01-05T00:00:00Z");
  expect((await beat()).ResyncTimestamp).toBeNull();
});

test("heartbeat_message_errors: the heartbeat tells of an error", async () => {
  microsoft.addFault({ kind: "heartbeat_message_errors", errorCode: "UserNotFound", detail: "Who?" });
  expect((await beat()).MessageErrors).toEqual([{ MessageId: expect.any(String), ErrorCode: "UserNotFound", ErrorDetail: "Who?" }]);
});

test("partner_terminated: state terminated, messages refused", async () => {
  microsoft.addFault({ kind: "partner_terminated" });
  expect((await partner.graph("deviceManagement/complianceManagementPartners")).json.value[0].partnerState).toBe("terminated");
  expect(await partner.send()).toMatchObject({ status: 403, json: { error: { code: "PartnerTerminated" } } });
});
