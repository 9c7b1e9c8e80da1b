import { afterEach, beforeEach, expect, test } from "vitest";
import { connectPartner, type MessageDraft, type TestPartner } from "./partner-for-tests";
import { startTestSimulator, type TestSimulator } from "./simulator-for-tests";

let microsoft: TestSimulator;
let partner: TestPartner;
beforeEach(async () => {
  microsoft = await startTestSimulator();
  partner = await connectPartner(microsoft, "happy");
});
afterEach(() => microsoft.stop());

const record = () => microsoft.device("happy", partner.deviceId);

test("a message is taken at once, pending until the delay is over, then in Entra's record", async () => {
  await microsoft.stop();
  microsoft = await startTestSimulator({ processingDelayMs: 5_000 });
  partner = await connectPartner(microsoft, "happy");
  const sent = await partner.send({ managed: true, compliant: true });
  expect(sent).toMatchObject({ status: 204, text: "" });
  expect((await partner.status(sent.messageId)).json).toMatchObject({ Status: "Pending", ErrorCode: null });
  expect(record()).toMatchObject({ isManaged: null, isCompliant: null });
  microsoft.advance(5_000);
  expect((await partner.status(sent.messageId)).json).toMatchObject({ Status: "Completed", ErrorCode: null, ErrorDetail: null });
  expect(record()).toMatchObject({ isManaged: true, isCompliant: true });
  const read = await partner.graph(`devices(deviceId='${partner.deviceId}')?$select=isManaged,isCompliant`);
  expect(read.json).toEqual({ isManaged: true, isCompliant: true });
});

test("a message with an older or equal LastUpdateTime completes and changes nothing", async () => {
  await partner.send({ compliant: false, lastUpdateTime: "2026-02-01T00:00:00.500Z" });
  const older = await partner.send({ compliant: true, lastUpdateTime: "2026-02-01T00:00:00.499Z" });
  await partner.send({ compliant: true, lastUpdateTime: "2026-02-01T00:00:00.500Z" });
  expect((await partner.status(older.messageId)).json.Status).toBe("Completed");
  expect(record()).toMatchObject({ isCompliant: false, lastUpdateTime: "2026-02-01T00:00:00.500Z" });
  expect(record()?.history.map((each) => each.outcome)).toEqual(["applied", "ignored_older", "ignored_older"]);
});

test("the same message twice counts once, and its id can't carry another content", async () => {
  const first = await partner.send({ lastUpdateTime: "2026-02-01T00:00:00Z", inventory: { LastCheckInTime: "2026-02-01T00:00:00Z" } });
  const again = await partner.send({
    messageId: first.messageId,
    lastUpdateTime: "2026-02-01T00:00:00Z",
    inventory: { LastCheckInTime: "2026-02-01T00:00:00Z" },
  });
  expect(again.status).toBe(204);
  expect(record()?.history).toHaveLength(1);
  expect((await partner.send({ messageId: first.messageId })).json.error.code).toBe("MessageIdInUse");
});

test("notManaged makes a device non-compliant, unless that is switched off", async () => {
  await partner.send({ managed: false, compliant: true });
  expect(record()).toMatchObject({ isManaged: false, isCompliant: false });
  await microsoft.stop();
  microsoft = await startTestSimulator({ notManagedForcesNonCompliant: false });
  partner = await connectPartner(microsoft, "happy");
  await partner.send({ managed: false, compliant: true });
  expect(record()).toMatchObject({ isManaged: false, isCompliant: true });
});

test.each<[string, MessageDraft, string, string]>([
  ["a Content that is an array and no string", { upload: { Content: [] } }, "InvalidMessage", "Content"],
  ["a Content that is no JSON", { upload: { Content: "[" } }, "InvalidContent", "Content"],
  ["a Content that holds an object", { upload: { Content: "{}" } }, "InvalidContent", "array"],
  ["another TenantId", { upload: { TenantId: "11111111-2222-3333-4444-555555555555" } }, "TenantMismatch", "TenantId"],
  ["an UploadTime without zone", { upload: { UploadTime: "2026-01-01 00:00" } }, "InvalidMessage", "UploadTime"],
  ["no inventory item", { inventory: { EntityType: 2 } }, "MissingEntity", "EntityType 1"],
  ["no compliance item", { compliance: { EntityType: "4" } }, "MissingEntity", "EntityType 4"],
  ["two device ids", { compliance: { DeviceId: "11111111-2222-3333-4444-555555555555" } }, "EntitiesDiffer", "DeviceId"],
  ["two LastUpdateTimes", { compliance: { LastUpdateTime: "2026-03-03T00:00:00Z" } }, "EntitiesDiffer", "LastUpdateTime"],
  ["no EasIds", { inventory: { EasIds: undefined } }, "InvalidInventory", "EasIds"],
  ["an Os of another spelling", { inventory: { Os: "macos" } }, "InvalidInventory", "Os"],
  ["an OsVersion with its prefix", { inventory: { OsVersion: "macOS 15.4.1" } }, "InvalidInventory", "OsVersion"],
  ["a management state of another spelling", { inventory: { DeviceManagementState: "Managed" } }, "InvalidInventory", "DeviceManagementState"],
  ["a complianceStatus of another spelling", { compliance: { complianceStatus: "noncompliant" } }, "InvalidCompliance", "complianceStatus"],
  ["a device id that is no GUID", { inventory: { DeviceId: "C02XYZ" } }, "InvalidInventory", "DeviceId"],
])("an upload with %s is refused by name", async (_, draft, code, field) => {
  const answer = await partner.send(draft);
  expect(answer.status).toBe(400);
  expect(answer.json.error.code).toBe(code);
  expect(answer.json.error.message).toContain(field);
  expect(record()?.history).toEqual([]);
});

test("a compliance item whose field is spelled ComplianceState completes without effect", async () => {
  const sent = await partner.send({ compliance: { complianceStatus: undefined, ComplianceState: "compliant" } });
  expect((await partner.status(sent.messageId)).json.Status).toBe("Completed");
  expect(record()).toMatchObject({ isManaged: null, isCompliant: null });
  expect(record()?.history[0]?.outcome).toBe("ignored_no_status");
});

test("uploads need an api-version, guid quoting and a provisioned tenant", async () => {
  const url = `${microsoft.manageUrl}/PartnerDeviceDataSyncService/DataUploadMessages`;
  const token = await microsoft.token("happy", "intune");
  const id = "11111111-2222-4333-8444-555555555555";
  expect((await microsoft.call("PUT", `${url}(guid'${id}')`, { token, body: {} })).json.error.code).toBe("ApiVersionMissing");
  expect((await microsoft.call("PUT", `${url}(guid'${id}')?api-version=1.1`, { token, body: {} })).json.error.code).toBe("ApiVersionUnsupported");
  expect((await microsoft.call("PUT", `${url}(${id})?api-version=1.2`, { token, body: {} })).json.error.code).toBe("InvalidKey");
  expect((await partner.status(id)).status).toBe(404);
  await partner.tenantService("PUT", `PartnerTenants(guid'${partner.tenantId}')`, { Provisioned: 2 });
  expect((await partner.send()).json.error.code).toBe("TenantNotProvisioned");
});

test.each<[string, () => MessageDraft, string]>([
  ["an unknown device", () => ({ deviceId: "11111111-2222-3333-4444-555555555555" }), "DeviceNotFound"],
  ["an unknown user", () => ({ userId: "11111111-2222-3333-4444-555555555555" }), "UserNotFound"],
  [
    "a user without an Intune licence",
    () => ({ userId: microsoft.registerUser({ tenantId: "happy", upn: "no.licence@aldergate.example", intuneLicensed: false }).id }),
    "UserNotLicensed",
  ],
  [
    "a disabled user",
    () => ({ userId: microsoft.registerUser({ tenantId: "happy", upn: "gone@aldergate.example", accountEnabled: false }).id }),
    "UserDisabled",
  ],
  [
    "a user outside the assigned group",
    () => ({ userId: microsoft.registerUser({ tenantId: "happy", upn: "outside@aldergate.example", groups: ["All staff"] }).id }),
    "UserNotInScope",
  ],
])("a message about %s is taken and then fails", async (_, draft, code) => {
  const sent = await partner.send(draft());
  expect(sent.status).toBe(204);
  expect((await partner.status(sent.messageId)).json).toMatchObject({ Status: "Failed", ErrorCode: code, ErrorDetail: expect.any(String) });
  expect(record()).toMatchObject({ isManaged: null });
});

test("a message for a person that the policy isn't assigned to fails until the assignment changes", async () => {
  const policy = (await partner.tenantService("GET", "PartnerCompliancePolicies")).json.value[0].Id;
  const all = microsoft
    .snapshot()
    .tenants.find((tenant) => tenant.name === "happy")
    ?.groups.find((group) => group.displayName === "All staff");
  const outside = microsoft.registerUser({ tenantId: "happy", upn: "late@aldergate.example", groups: ["All staff"] });
  expect((await partner.status((await partner.send({ userId: outside.id })).messageId)).json.ErrorCode).toBe("UserNotInScope");
  await partner.tenantService("POST", `PartnerCompliancePolicies(guid'${policy}')/Assign`, { assignments: [all?.id] });
  expect((await partner.status((await partner.send({ userId: outside.id })).messageId)).json.Status).toBe("Completed");
});

test("the journal tells each upload's device, state and outcome, and nothing secret", async () => {
  await partner.send({ compliant: false, lastUpdateTime: "2026-02-01T00:00:00Z" });
  await partner.send({ compliant: true, lastUpdateTime: "2026-01-31T00:00:00Z" });
  const uploads = microsoft.journal({ surface: "manage", method: "PUT", deviceId: partner.deviceId });
  expect(uploads.map((entry) => [entry.status, entry.body?.compliant, entry.body?.lastUpdateTime, entry.outcome])).toEqual([
    [204, false, "2026-02-01T00:00:00Z", "applied"],
    [204, true, "2026-01-31T00:00:00Z", "ignored_older"],
  ]);
  expect(JSON.stringify(microsoft.journal())).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/);
});

test("one question to Graph names up to fifteen devices or people, and no more", async () => {
  const { domain } = microsoft.tenants.happy;
  const macs = Array.from({ length: 16 }, (_, n) => microsoft.registerDevice({ tenantId: "happy", displayName: `Mac ${n}`, upn: `o'mac-${n}@${domain}` }));
  const ask = async (path: string) => partner.graph(path);
  const devices = (count: number) =>
    `devices?$filter=${encodeURIComponent(
      macs
        .slice(0, count)
        .map(({ deviceId }) => `deviceId eq '${deviceId}'`)
        .join(" or "),
    )}&$select=deviceId`;
  expect((await ask(devices(15))).json).toMatchObject({ value: macs.slice(0, 15).map(({ deviceId }) => ({ deviceId })) });
  expect(await ask(devices(16))).toMatchObject({ status: 400, text: expect.stringContaining("Max allowed: 15") as string });
  const people = (from: number, to: number) =>
    `users?$filter=${encodeURIComponent(`userPrincipalName in (${Array.from({ length: to - from }, (_, n) => `'o''mac-${from + n}@${domain}'`).join(",")})`)}`;
  expect((await ask(people(1, 16))).json).toMatchObject({ value: Array.from({ length: 15 }, (_, n) => ({ userPrincipalName: `o'mac-${n + 1}@${domain}` })) });
  expect((await ask(people(0, 16))).status).toBe(400);
  expect((await ask(`users?$filter=${encodeURIComponent(`userPrincipalName in ('nobody@${domain}')`)}`)).json).toMatchObject({ value: [] });
});
