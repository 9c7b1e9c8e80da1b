import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GET as asset } from "@/app/assets/[file]/route";
import { setRouteClock } from "@/lib/auth/admin-route";
import { getPrisma } from "@/lib/db/prisma";
import { callRoute } from "@/lib/testing/call-route";
import { enrolledHost, makeConnection, makePolicy, makeReport, makeTeam, makeVerdict, setPolicyResult } from "@/lib/testing/scenarios";
import { testClock, testServerContext, type TestClock } from "@/lib/testing/test-context";
import { GET as device } from "./device/[token]/route";
import { POST as check } from "./device/[token]/check/route";
import { GET as progress } from "./device/[token]/progress/route";
import { GET as showMe } from "./device/route";
import { GET as enroll } from "./microsoft-compliance-partner/enroll/route";
import { GET as remediate } from "./microsoft-compliance-partner/remediate/route";

let clock: TestClock;

beforeEach(() => {
  clock = testClock(new Date());
  setRouteClock(clock.now);
});
afterEach(() => setRouteClock());

const ctx = () => testServerContext(clock);
const open = (route: unknown, token: string, more: object = {}) => callRoute(route, { params: { token }, ...more });
const text = async (response: Promise<Response>) => (await response).text();

async function blockedMac() {
  const { teamId } = await makeTeam(ctx());
  const host = await enrolledHost(ctx(), { teamId, name: "mbp-tkowalczyk-03", person: "tomasz@example.test" });
  const { policyId } = await makePolicy(ctx(), {
    teamId,
    name: "FileVault is on",
    gated: true,
    resolution: "1. Open **System Settings**.\n2. Choose <Turn On>.",
  });
  await setPolicyResult(ctx(), { hostId: host.hostId, policyId, outcome: "fail" });
  await makeVerdict(ctx(), { hostId: host.hostId, accessState: "held", reasons: [{ code: "policy_failed", policyId }] });
  return { ...host, policyId };
}

test("a blocked person sees what keeps them out and how to mend it, escaped", async () => {
  const host = await blockedMac();
  const html = await text(open(device, host.deviceToken));
  expect(html).toContain("1 thing to fix, then you can sign in");
  expect(html).toContain("<h2>Not yet: FileVault is on</h2>");
  expect(html).toContain("<li>Open <b>System Settings</b>.</li>");
  expect(html).toContain("Choose &lt;Turn On&gt;.");
  expect(html).toContain("mbp-tkowalczyk-03");
  expect(html).not.toMatch(/<script(?! src=")/);
});

test("the way back: checking, sending, accepting, you can sign in", async () => {
  const host = await blockedMac();
  const now = () => text(open(progress, host.deviceToken));
  expect(await now()).not.toContain("Checking…");

  const pressed = await open(check, host.deviceToken, { method: "POST" });
  expect([pressed.status, pressed.headers.get("location")]).toEqual([303, `/device/${host.deviceToken}`]);
  expect(await now()).toContain("Checking…");
  expect((await getPrisma().host.findUniqueOrThrow({ where: { id: host.hostId } })).refetchRequestedAt).toEqual(clock.now());

  clock.advance(5000);
  await setPolicyResult(ctx(), { hostId: host.hostId, policyId: host.policyId, outcome: "pass" });
  await getPrisma().host.update({ where: { id: host.hostId }, data: { refetchRequestedAt: null } });
  const { transitionId } = await makeVerdict(ctx(), { hostId: host.hostId, accessState: "in", from: "held" });
  const { connectionId } = await makeConnection(ctx());
  const { reportId } = await makeReport(ctx(), { hostId: host.hostId, connectionId, state: "queued", compliant: true, transitionId });
  expect(await now()).toMatch(/Almost there.*Sending to Microsoft/s);
  expect(await now()).toContain("Fixed");

  const sent = { state: "submitted", sentAt: clock.now() };
  await getPrisma().complianceReport.update({ where: { id: reportId }, data: sent });
  expect(await now()).toMatch(/Sent to Microsoft.*Waiting for Microsoft to accept/s);

  clock.advance(61_000);
  await getPrisma().hostSeen.update({ where: { hostId: host.hostId }, data: { seenAt: clock.now() } });
  expect(await now()).toContain("Microsoft is slow today");

  await getPrisma().complianceReport.update({ where: { id: reportId }, data: { state: "completed", acceptedAt: clock.now() } });
  expect(await now()).toMatch(/<h1>You can sign in<\/h1>.*Microsoft accepted/s);
});

test("pressing Check again twice within ten seconds asks once", async () => {
  const host = await blockedMac();
  await open(check, host.deviceToken, { method: "POST" });
  const asked = clock.now();
  clock.advance(4000);
  await open(check, host.deviceToken, { method: "POST" });
  expect((await getPrisma().host.findUniqueOrThrow({ where: { id: host.hostId } })).refetchRequestedAt).toEqual(asked);
});

test("a silent Mac, an unmanaged one and one with nothing wrong are told apart", async () => {
  const host = await blockedMac();
  clock.advance(180_000);
  expect(await text(open(progress, host.deviceToken))).toContain("We can’t hear your Mac.");
  await makeVerdict(ctx(), { hostId: host.hostId, accessState: "loose", reasons: [{ code: "mdm_off" }] });
  expect(await text(open(progress, host.deviceToken))).toContain("Your Mac isn’t set up for work yet");
  await makeVerdict(ctx(), { hostId: host.hostId, accessState: "in", from: "in" });
  expect(await text(open(progress, host.deviceToken))).toContain("Nothing to fix on this Mac");
});

test("a link older than an hour, one that was replaced and one that never was open nothing and tell nothing", async () => {
  const host = await blockedMac();
  const next = randomUUID();
  clock.advance(61 * 60_000);
  for (const token of [host.deviceToken, next, "%00", "x".repeat(5000)]) {
    const response = await open(device, token, { headers: { "x-flotilla-address": "192.0.2.50" } });
    expect(response.status).toBe(404);
    const html = await response.text();
    expect(html).toContain("This link is too old");
    expect(html).not.toContain("mbp-tkowalczyk-03");
    expect((await open(check, token, { method: "POST", headers: { "x-flotilla-address": "192.0.2.50" } })).status).toBe(404);
  }
});

test("an address that tries sixty wrong links waits, others don't", async () => {
  const host = await blockedMac();
  const from = (address: string) => ({ headers: { "x-flotilla-address": address } });
  for (let i = 0; i < 60; i += 1) await open(progress, randomUUID(), from("192.0.2.77"));
  const refused = await open(device, host.deviceToken, from("192.0.2.77"));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await open(device, host.deviceToken, from("192.0.2.78"))).status).toBe(200);
});

test("My device is never stored, never referred to, and loads nothing from elsewhere", async () => {
  const host = await blockedMac();
  for (const route of [device, progress]) {
    const { headers } = await open(route, host.deviceToken);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
  const policy = (await open(device, host.deviceToken)).headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
});

test("“Show me what to fix” leads to the link this browser opened last, or says how to open it", async () => {
  const host = await blockedMac();
  const cookie = (await open(device, host.deviceToken)).headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^flotilla_device=.*; Path=\/device; Max-Age=3600; HttpOnly; SameSite=Lax$/);
  const led = await callRoute(showMe, { headers: { cookie: cookie.split(";")[0] ?? "" } });
  expect([led.status, led.headers.get("location")]).toEqual([303, `/device/${host.deviceToken}`]);
  expect(await text(callRoute(showMe))).toContain("Open My device from its icon");
  clock.advance(2 * 3_600_000);
  expect((await callRoute(showMe, { headers: { cookie: cookie.split(";")[0] ?? "" } })).status).toBe(200);
});

test("Microsoft's two pages hold nothing about anyone, may be kept, and weigh under 100 kB with style, script and fonts", async () => {
  await getPrisma().organisation.update({
    where: { id: 1 },
    data: { name: "Aldergate <Research>", contactPhone: "+32 3 555 01 40", contactUrl: "javascript:alert(1)" },
  });
  const shared = await Promise.all(
    ["public.css", "public.js", "sans.woff2", "sans-ext.woff2"].map(
      async (file) => (await (await callRoute(asset, { params: { file } })).arrayBuffer()).byteLength,
    ),
  );
  for (const route of [remediate, enroll]) {
    const response = await callRoute(route);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    expect(response.headers.get("set-cookie")).toBeNull();
    const html = await response.text();
    expect(html).toContain("Aldergate &lt;Research&gt;");
    expect(html).toContain('href="tel:+3235550140"');
    expect(html).not.toContain("javascript:");
    expect(html.length + shared.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(100_000);
    for (const word of ["compliance ", "policy", "tenant", "endpoint", "MDM", "Entra"]) expect(html.replaceAll(/<[^>]+>/g, " ")).not.toContain(word);
  }
  expect((await callRoute(asset, { params: { file: "../package.json" } })).status).toBe(404);
});
