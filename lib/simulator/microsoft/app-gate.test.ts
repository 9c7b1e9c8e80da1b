import { afterAll, beforeAll, expect, test } from "vitest";
import { connectPartner, type TestPartner } from "./partner-for-tests";
import { startTestSimulator, type TestSimulator } from "./simulator-for-tests";

let microsoft: TestSimulator;
let partner: TestPartner;
beforeAll(async () => {
  microsoft = await startTestSimulator();
  partner = await connectPartner(microsoft, "happy");
});
afterAll(() => microsoft.stop());

const accept = (type: string) => ({ headers: { accept: type } });
const address = (who: { user?: string; device?: string; tenant?: string } = {}) =>
  `${microsoft.appUrl}/app/outlook?${new URLSearchParams({ tenant: "happy", device: partner.deviceId, user: partner.upn, ...who })}`;
const signIn = async (who = {}) => (await microsoft.call("GET", address(who), accept("application/json"))).json;

test("a person is led to enrol, then to remediate, then let in, as Entra's record changes", async () => {
  expect(await signIn()).toMatchObject({
    result: "blocked",
    reason: "device_not_managed",
    nextStep: { label: "Continue", url: expect.stringMatching(/\/enroll$/) },
  });
  await partner.send({ managed: true, compliant: false });
  expect(await signIn()).toMatchObject({
    result: "blocked",
    reason: "device_not_compliant",
    nextStep: { label: "Check compliance", url: expect.stringMatching(/\/remediate$/) },
  });
  await partner.send({ managed: true, compliant: true });
  expect(await signIn()).toMatchObject({ result: "success", reason: "compliant", nextStep: null, device: { isManaged: true, isCompliant: true } });
  await partner.send({ managed: false, compliant: false });
  expect(await signIn()).toMatchObject({ reason: "device_not_managed" });
});

test.each<[string, () => Record<string, string>, string, string]>([
  ["a device that Entra doesn't know", () => ({ device: "11111111-2222-3333-4444-555555555555" }), "blocked", "device_unknown"],
  ["no device at all", () => ({ device: "" }), "blocked", "device_unknown"],
  ["a person outside the group", () => ({ user: "lin.contractor@aldergate.example" }), "success", "not_in_scope"],
  ["an unknown person", () => ({ user: "nobody@aldergate.example" }), "failed", "user_unknown"],
  [
    "a disabled person",
    () => ({ user: microsoft.registerUser({ tenantId: "happy", upn: "left@aldergate.example", accountEnabled: false }).userPrincipalName }),
    "failed",
    "user_disabled",
  ],
  [
    "a Windows computer",
    () => ({ device: microsoft.registerDevice({ tenantId: "happy", displayName: "ThinkPad", upn: partner.upn, os: "Windows" }).deviceId }),
    "success",
    "platform_not_in_scope",
  ],
])("signing in with %s: %s", async (_, who, result, reason) => {
  expect(await signIn(who())).toMatchObject({ result, reason });
});

test("an admin who switches the policy off lets everybody in", async () => {
  microsoft.updateTenant("happy", { conditionalAccess: { enabled: false } });
  expect(await signIn()).toMatchObject({ result: "success", reason: "policy_disabled" });
  microsoft.updateTenant("happy", { conditionalAccess: { enabled: true } });
});

test("a tenant whose partner gave no pages blocks without a way on", async () => {
  const device = microsoft.tenants["second-tenant"].devices[0];
  expect(await signIn({ tenant: "second-tenant", device: device?.deviceId ?? "", user: device?.userPrincipalName ?? "" })).toMatchObject({
    result: "blocked",
    nextStep: null,
  });
});

test("the pages say it in words: the block, its link, the sign-in and the log", async () => {
  await partner.send({ managed: true, compliant: false });
  const blocked = await microsoft.call("GET", address(), accept("text/html"));
  expect(blocked.text).toContain('href="https://flotilla.example/microsoft-compliance-partner/remediate">Check compliance</a>'.replaceAll("&", "&#38;"));
  await partner.send({ managed: true, compliant: true });
  expect((await microsoft.call("GET", address(), accept("text/html"))).text).toContain("signed in to Outlook");
  const log = await microsoft.call("GET", `${microsoft.appUrl}/app/sign-ins?tenant=happy`, accept("text/html"));
  expect(log.text).toContain("device_not_compliant");
  const listed = await microsoft.call("GET", `${microsoft.appUrl}/app/sign-ins?tenant=happy`, accept("application/json"));
  expect(listed.json.signIns[0]).toMatchObject({ app: "outlook", result: "success", reason: "compliant", userPrincipalName: partner.upn });
  expect((await microsoft.call("GET", `${microsoft.appUrl}/app`)).text).toContain("Maeve O&#39;Neill");
});

test("what visitors put into addresses is shown as text", async () => {
  const page = await microsoft.call("GET", address({ user: '"><script>alert(1)</script>' }), accept("text/html"));
  expect(page.text).not.toContain("<script>");
});
