import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { SignJWT } from "jose";
import { faultKinds } from "./faults";
import { connectPartner, type TestPartner } from "./partner-for-tests";
import { seededClientId } from "./seed";
import { startTestSimulator, testRedirectUri, tokenForm, type Answer, type TestSimulator } from "./simulator-for-tests";

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

const devices = (token?: string) => (token === undefined ? partner.graph("devices?$top=1") : partner.graph("devices?$top=1", { token }));
const record = () => microsoft.device("happy", partner.deviceId);
const askToken = (form: Record<string, string> = {}) =>
  microsoft.call("POST", `${microsoft.loginUrl}/happy/oauth2/v2.0/token`, { form: { ...tokenForm(microsoft, "graph"), ...form } });

test("throttle_seconds: 429 says how many seconds to wait, as often as counted, and names its scope", async () => {
  microsoft.addFault({ kind: "throttle_seconds", surface: "graph", method: "GET", path: "^/v1\\.0/devices", tenant: "happy", count: 2, retryAfterSeconds: 7 });
  expect((await partner.graph("groups")).status).toBe(200);
  for (let i = 0; i < 2; i += 1)
    expect(await devices()).toMatchObject({ status: 429, headers: { "retry-after": "7" }, json: { error: { code: "TooManyRequests" } } });
  expect((await devices()).status).toBe(200);
  expect(microsoft.journal({ path: "/devices" }).filter((entry) => entry.faults.includes("throttle_seconds"))).toHaveLength(2);
});

test("throttle_date: 429 says until when to wait", async () => {
  microsoft.addFault({ kind: "throttle_date", retryAfterSeconds: 30 });
  const at = Date.parse(String((await devices()).headers["retry-after"]));
  expect(at).toBeGreaterThan(Date.now() + 27_000);
  expect(at).toBeLessThan(Date.now() + 31_000);
});

test("throttle_bare: 429 without a word about when", async () => {
  microsoft.addFault({ kind: "throttle_bare" });
  const answer = await devices();
  expect(answer.status).toBe(429);
  expect(answer.headers["retry-after"]).toBeUndefined();
});

test("throttle_rate: each surface takes so many a second, and those beyond it a 429 that costs nothing", async () => {
  const before = microsoft.totals();
  microsoft.addFault({ kind: "throttle_rate", perSecond: 3, retryAfterSeconds: 2 });
  const statuses = async (count: number) => {
    const answers = [];
    for (let asked = 0; asked < count; asked += 1) answers.push(await devices());
    return answers.map(({ status }) => status);
  };
  microsoft.advance(10_000);
  // The clock goes on by itself, so that one more may fit in.
  const first = await statuses(9);
  expect(first.slice(0, 3)).toEqual([200, 200, 200]);
  const refused = first.filter((status) => status === 429).length;
  expect(refused).toBeGreaterThanOrEqual(4);
  microsoft.advance(1000);
  expect((await statuses(3)).filter((status) => status === 200)).toHaveLength(3);
  microsoft.clearFaults();
  microsoft.addFault({ kind: "throttle_rate", surface: "graph", perSecond: 0.001, retryAfterSeconds: 7 });
  await devices();
  expect((await devices()).headers["retry-after"]).toBe("7");
  const after = microsoft.totals();
  expect(after.graph.requests - before.graph.requests).toBe(14);
  expect(after.graph.throttled - before.graph.throttled).toBeGreaterThanOrEqual(refused + 1);
});

test("server_error: answers 500, 502, 503 or 504, also with Retry-After", async () => {
  for (const status of [500, 502, 504]) {
    microsoft.addFault({ kind: "server_error", status, count: 1 });
    expect((await devices()).status).toBe(status);
  }
  microsoft.addFault({ kind: "server_error", status: 503, retryAfterSeconds: 3, count: 1 });
  expect(await devices()).toMatchObject({ status: 503, headers: { "retry-after": "3" } });
  expect((await devices()).status).toBe(200);
});

test("connection_reset: resets, with or without having done what was asked", async () => {
  microsoft.addFault({ kind: "connection_reset", method: "PUT", count: 1 });
  await expect(partner.send()).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(record()?.history).toHaveLength(0);
  microsoft.addFault({ kind: "connection_reset", method: "PUT", count: 1, afterEffect: true });
  await expect(partner.send()).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(record()?.history).toHaveLength(1);
});

test("hang: leaves the client waiting", async () => {
  microsoft.addFault({ kind: "hang", count: 1 });
  await expect(partner.graph("devices", { timeoutMs: 80 })).rejects.toThrow("timeout");
  expect((await devices()).status).toBe(200);
});

test("slow_body: sends the headers and then drops", async () => {
  microsoft.addFault({ kind: "slow_body", count: 1, seconds: 0.2 });
  const started = performance.now();
  expect((await devices()).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(150);
  microsoft.addFault({ kind: "slow_body", count: 1, seconds: 60 });
  await expect(Promise.race([devices(), new Promise((_, reject) => setTimeout(() => reject(new Error("still dripping")), 120))])).rejects.toThrow(
    "still dripping",
  );
});

test("tls_failure: breaks the handshake of one surface only", async () => {
  await devices();
  microsoft.addFault({ kind: "tls_failure", surface: "graph", count: 1 });
  expect((await askToken()).status).toBe(200);
  await expect(devices()).rejects.toMatchObject({ code: "ECONNRESET" }); // a connection from before is cut
  await expect(partner.graph("devices", { newConnection: true })).rejects.toMatchObject({ code: expect.stringMatching(/SSL|EPROTO/) });
  expect((await devices()).status).toBe(200);
});

test("token_expired_early: a token that says an hour is refused after a second", async () => {
  microsoft.addFault({ kind: "token_expired_early", seconds: 60 });
  const answer = await askToken();
  expect(answer.json.expires_in).toBe(3599);
  expect((await devices(answer.json.access_token)).status).toBe(200);
  microsoft.advance(61_000);
  expect(await devices(answer.json.access_token)).toMatchObject({ status: 401, json: { error: { message: expect.stringContaining("expired") } } });
});

test("token_revoked: the presented token dies, a new one works", async () => {
  const token = await microsoft.token("happy", "graph");
  microsoft.addFault({ kind: "token_revoked", count: 1 });
  expect((await devices(token)).status).toBe(401);
  expect((await devices(token)).status).toBe(401);
  expect((await devices(await microsoft.token("happy", "graph"))).status).toBe(200);
});

test("fresh_token_rejected: a brand-new token is refused once", async () => {
  microsoft.addFault({ kind: "fresh_token_rejected" });
  const token = await microsoft.token("happy", "graph");
  expect((await devices(token)).status).toBe(401);
  expect((await devices(token)).status).toBe(200);
});

test("credential_invalid: the secret is called wrong", async () => {
  microsoft.addFault({ kind: "credential_invalid" });
  expect(await askToken()).toMatchObject({ status: 401, json: { error: "invalid_client", error_codes: [7000215] } });
});

test("credential_expired: the secret is called expired", async () => {
  microsoft.addFault({ kind: "credential_expired" });
  expect((await askToken()).json.error_codes).toEqual([7000222]);
});

const assertion = async () => ({
  client_secret: "",
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion: await new SignJWT({ iss: seededClientId, sub: seededClientId, aud: `${microsoft.loginUrl}/happy/oauth2/v2.0/token` })
    .setProtectedHeader({ alg: "RS256", "x5t#S256": "nobody" })
    .setExpirationTime("5m")
    .sign(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
});

test("certificate_unknown: the assertion's certificate is called unknown", async () => {
  microsoft.addFault({ kind: "certificate_unknown" });
  expect((await askToken(await assertion())).json.error_codes).toEqual([700027]);
});

test("clock_skew: the assertion's times are called out of range", async () => {
  microsoft.addFault({ kind: "clock_skew" });
  expect((await askToken(await assertion())).json.error_codes).toEqual([700024]);
});

test("app_not_in_tenant: the app is not found in the tenant", async () => {
  microsoft.addFault({ kind: "app_not_in_tenant" });
  expect(await askToken()).toMatchObject({ status: 400, json: { error: "unauthorized_client", error_codes: [700016] } });
});

test("tenant_not_found: metadata and tokens say that there is no such tenant", async () => {
  microsoft.addFault({ kind: "tenant_not_found" });
  expect((await askToken()).json.error_codes).toEqual([90002]);
  expect((await microsoft.call("GET", `${microsoft.loginUrl}/happy/v2.0/.well-known/openid-configuration`)).status).toBe(400);
});

const consentQuery = async () => Object.fromEntries((await microsoft.consent("second-tenant", { state: "mine" })).searchParams);
const noGrant = () => expect(microsoft.token("second-tenant", "graph")).rejects.toThrow("700016");

test("consent_denied: Accept comes back as a refusal with admin_consent=True, and grants nothing", async () => {
  microsoft.addFault({ kind: "consent_denied" });
  expect(await consentQuery()).toMatchObject({
    error: "consent_required",
    error_description: expect.stringContaining("AADSTS65004"),
    admin_consent: "True",
    state: "mine",
  });
  await noGrant();
});

test("consent_cancelled: Accept comes back as a cancel, and grants nothing", async () => {
  microsoft.addFault({ kind: "consent_cancelled" });
  expect(await consentQuery()).toMatchObject({ error: "access_denied", error_subcode: "cancel" });
  await noGrant();
});

test("consent_incomplete: the token lacks the named roles until consent is given again", async () => {
  const rolesOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).roles as string[];
  microsoft.addFault({ kind: "consent_incomplete", roles: ["Device.Read.All"], count: 1 });
  expect((await consentQuery()).error).toBeUndefined();
  const partial = await microsoft.token("second-tenant", "graph");
  expect(rolesOf(partial)).not.toContain("Device.Read.All");
  expect(await partner.graph("devices", { token: partial })).toMatchObject({ status: 403, json: { error: { code: "Authorization_RequestDenied" } } });
  await microsoft.consent("second-tenant");
  expect(rolesOf(await microsoft.token("second-tenant", "graph"))).toContain("Device.Read.All");
});

test("consent_revoked: no tokens and no API calls while it is on", async () => {
  microsoft.addFault({ kind: "consent_revoked", tenant: "happy" });
  expect((await askToken()).json.error_codes).toEqual([700016]);
  expect((await devices()).status).toBe(401);
  expect((await partner.send()).status).toBe(401);
  microsoft.clearFaults();
  expect((await devices()).status).toBe(200);
});

test("callback_wrong_tenant: the callback names another tenant", async () => {
  microsoft.addFault({ kind: "callback_wrong_tenant", tenantId: "gcc-high" });
  expect((await consentQuery()).tenant).toBe(microsoft.tenants["gcc-high"].id);
});

test("callback_missing_tenant: the callback has no tenant", async () => {
  microsoft.addFault({ kind: "callback_missing_tenant" });
  expect((await consentQuery()).tenant).toBeUndefined();
});

test("callback_state_missing: the callback has no state", async () => {
  microsoft.addFault({ kind: "callback_state_missing" });
  expect((await consentQuery()).state).toBeUndefined();
});

test("callback_state_mismatched: the callback has a state of nobody's making", async () => {
  microsoft.addFault({ kind: "callback_state_mismatched" });
  expect((await consentQuery()).state).toMatch(/^[\w-]{43}$/);
});

test("callback_state_replayed: the callback has the state of the consent before", async () => {
  await microsoft.consent("second-tenant", { state: "earlier" });
  microsoft.addFault({ kind: "callback_state_replayed" });
  expect((await consentQuery()).state).toBe("earlier");
});

test("callback_state_expired: Accept shows a link that can be followed too late", async () => {
  microsoft.addFault({ kind: "callback_state_expired" });
  const form = { client_id: seededClientId, redirect_uri: testRedirectUri, state: "mine", scope: `${microsoft.graphUrl}/.default`, decision: "accept" };
  const page = await microsoft.call("POST", `${microsoft.loginUrl}/happy/v2.0/adminconsent`, { form });
  expect(page.status).toBe(200);
  expect(page.text).toContain(`href="${testRedirectUri}?admin_consent=True`);
  expect(page.text).toContain("state=mine");
});

test("callback_error_with_consent: error and admin_consent=True come together, and nothing is granted", async () => {
  microsoft.addFault({ kind: "callback_error_with_consent" });
  expect(await consentQuery()).toMatchObject({ admin_consent: "True", error: "server_error" });
  await noGrant();
});

test("identity_not_replicated: Graph doesn't know the app for some seconds, then does", async () => {
  microsoft.addFault({ kind: "identity_not_replicated", seconds: 10 });
  expect(await devices()).toMatchObject({ status: 401, json: { error: { code: "Authorization_IdentityNotFound" } } });
  microsoft.advance(9_000);
  expect((await devices()).status).toBe(401);
  microsoft.advance(1_500);
  expect((await devices()).status).toBe(200);
});

test("identity_not_replicated also happens by itself after a first consent, for the propagation delay", async () => {
  const slow = await startTestSimulator({ propagationDelayMs: 4_000 });
  try {
    await slow.consent("happy");
    const token = await slow.token("happy", "graph");
    const ask = async () => (await slow.call("GET", `${slow.graphUrl}/v1.0/devices`, { token })).json.error?.code;
    expect(await ask()).toBe("Authorization_IdentityNotFound");
    slow.advance(4_001);
    expect(await ask()).toBeUndefined();
  } finally {
    await slow.stop();
  }
});

test("every kind of fault has a test of its name", () => {
  const files = ["faults.test.ts", "partner-faults.test.ts"].map((name) => readFileSync(join(import.meta.dirname, name), "utf8"));
  const tested = [...files.join("\n").matchAll(/^test\("(\w+): /gm)].map((match) => match[1]);
  expect(tested.toSorted()).toEqual(Object.keys(faultKinds).toSorted());
});

test("a request can ask for a fault by its header, and only that request meets it", async () => {
  const asked: Answer = await partner.graph("devices", { headers: { "x-emulator-fault": "server_error;status=503;retryAfterSeconds=4" } });
  expect(asked).toMatchObject({ status: 503, headers: { "retry-after": "4" } });
  expect((await devices()).status).toBe(200);
  const wrong = await partner.graph("devices", { headers: { "x-emulator-fault": "no_such_fault" } });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain("kind");
});

test("a fault with a probability meets some requests and spares others", async () => {
  microsoft.addFault({ kind: "server_error", probability: 0.5 });
  const statuses = new Set<number>();
  for (let i = 0; i < 60 && statuses.size < 2; i += 1) statuses.add((await devices()).status);
  expect(statuses).toEqual(new Set([200, 500]));
});
