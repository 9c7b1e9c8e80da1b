import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { seededClientId, seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { makeAppCertificate } from "@/lib/simulator/microsoft/simulator-for-tests";
import { startEntraScene, type EntraScene } from "@/lib/testing/entra-scene";
import { callMicrosoft } from "./microsoft-client";
import { checkConnection } from "./check-connection.job";
import { checkCredentialExpiry } from "./check-credential-expiry.job";
import { rotateCredential } from "./rotate-credential";
import { listSetupSteps } from "./setup-queries";
import { startConnection } from "./start-connection";
import { testConnection } from "./test-connection";

const dayMs = 86_400_000;
let scene: EntraScene;
let folder: string;
let certificate: Awaited<ReturnType<typeof makeAppCertificate>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "app-certificate-"));
  certificate = await makeAppCertificate(folder);
  scene = await startEntraScene({
    apps: [
      {
        clientId: seededClientId,
        displayName: "Flotilla",
        secrets: [{ value: seededClientSecret, expiresAt: "2099-12-31T00:00:00.000Z" }],
        certificates: [certificate.pem],
        redirectUris: ["http://localhost:3000/settings/integrations/conditional-access"],
        requiredRoles: (await import("@/lib/simulator/microsoft/roles")).partnerRoles as string[],
      },
    ],
  });
});
afterAll(async () => {
  await scene.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => scene.startOver());

const activities = async (type: string) => scene.server.db.activity.count({ where: { type } });

test("a certificate connects as a secret does; its end is read from it and its key is never stored in the clear", async () => {
  const connection = await scene.connect("happy", { clientSecret: undefined, certificate: certificate.pem, privateKey: certificate.privateKey });
  expect(connection).toMatchObject({
    state: "connected",
    credentialKind: "certificate",
    credentialHint: certificate.thumbprintSha256.slice(0, 16).toUpperCase(),
  });
  expect(connection.credentialExpiresAt?.getTime()).toBeGreaterThan(Date.now());
  const row = await scene.server.db.entraConnection.findUniqueOrThrow({ where: { id: connection.id } });
  expect(row.credentialCiphertext).not.toContain("PRIVATE KEY");
  expect(row.credentialCiphertext).toMatch(/^v1\./);
});

test.each([
  ["a secret's id", { clientSecret: "3f2504e0-4f89-41d3-9a0c-0305e82c3301" }, "client_secret"],
  ["something that is no certificate", { certificate: "hello", privateKey: "world" }, "certificate"],
  ["a certificate without its key", { certificate: "-----BEGIN CERTIFICATE-----" }, "private_key"],
] as const)("%s is refused before anything is sent", async (_name, given, field) => {
  const calls = scene.simulator.journal().length;
  await expect(startConnection(scene.admin, { tenant: scene.simulator.tenants.happy.id, clientId: seededClientId, ...given })).rejects.toMatchObject({
    status: 422,
    fields: [{ field }],
  });
  expect(
    scene.simulator
      .journal()
      .slice(calls)
      .every(({ path }) => path.includes("openid-configuration")),
  ).toBe(true);
});

test("a key of another certificate is refused", async () => {
  const other = await makeAppCertificate(folder);
  const given = { tenant: "aldergate.example", clientId: seededClientId, certificate: certificate.pem, privateKey: other.privateKey };
  await expect(startConnection(scene.admin, given)).rejects.toMatchObject({ code: "credential_unusable", fields: [{ field: "private_key" }] });
});

test("a credential that Microsoft stops accepting is said once, however many calls fail, and a new one ends it", async () => {
  const connection = await scene.connect("happy");
  const before = await activities("entra_connection_degraded");
  // Microsoft takes the old tokens back too, so that every call has to ask for one.
  scene.simulator.addFault({ kind: "credential_expired" });
  scene.simulator.addFault({ kind: "token_revoked" });
  const call = () => callMicrosoft(scene.server, connection, { audience: "graph", method: "GET", url: `${scene.simulator.graphUrl}/v1.0/groups` });
  for (let i = 0; i < 3; i += 1) await expect(call()).rejects.toMatchObject({ kind: "credential", code: "credential_expired" });
  expect(await scene.reload(connection.id)).toMatchObject({ state: "credential_error", errorCode: "credential_expired" });
  expect(await activities("entra_connection_degraded")).toBe(before + 1);

  scene.simulator.clearFaults();
  await rotateCredential(scene.admin, connection.id, { kind: "certificate", certificate: certificate.pem, privateKey: certificate.privateKey }, null);
  expect(await scene.runSetup(connection.id)).toMatchObject({ state: "connected", errorCode: "", credentialKind: "certificate", credentialVersion: 2 });
  expect(await activities("entra_connection_recovered")).toBeGreaterThan(0);
  await call();
});

test("replacing a credential of a healthy connection leaves it connected throughout", async () => {
  const connection = await scene.connect("happy");
  const before = await activities("entra_connection_recovered");
  await rotateCredential(scene.admin, connection.id, { kind: "secret", secret: seededClientSecret }, new Date(scene.clock.now().getTime() + 90 * dayMs));
  expect((await scene.reload(connection.id)).state).toBe("connected");
  expect(await scene.runSetup(connection.id)).toMatchObject({ state: "connected", credentialVersion: 2 });
  expect(await activities("entra_connection_recovered")).toBe(before);
});

test("a wrong new secret is said at once", async () => {
  const connection = await scene.connect("happy");
  await rotateCredential(scene.admin, connection.id, { kind: "secret", secret: "not the right one at all" }, null);
  expect(await scene.runSetup(connection.id)).toMatchObject({ state: "credential_error", errorCode: "credential_invalid" });
});

test("a wrong secret that is replaced while Microsoft still looks at it isn't held against the right one", async () => {
  const connection = await scene.connect("happy");
  await rotateCredential(scene.admin, connection.id, { kind: "secret", secret: "not the right one at all" }, null);
  scene.simulator.addFault({ kind: "slow_body", surface: "login", seconds: 2 });
  const refused = scene.runSetup(connection.id);
  await expect.poll(() => scene.server.db.entraSetupStep.count({ where: { connectionId: connection.id, step: "consent", state: "running" } })).toBe(1);
  await rotateCredential(scene.admin, connection.id, { kind: "secret", secret: seededClientSecret }, null);
  scene.simulator.clearFaults();
  expect(await refused).toMatchObject({ state: "connected", errorCode: "", nextStepAt: null });
  expect(await scene.runSetup(connection.id)).toMatchObject({ state: "connected", errorCode: "", credentialVersion: 3 });
});

test("30, 7 and 1 day before a credential ends there is one warning each", async () => {
  const connection = await scene.connect("happy");
  const end = new Date(scene.clock.now().getTime() + 40 * dayMs);
  await scene.server.db.entraConnection.update({ where: { id: connection.id }, data: { credentialExpiresAt: end } });
  const warned = async (daysBefore: number) => {
    const ctx = { ...scene.server, now: () => new Date(end.getTime() - daysBefore * dayMs) };
    await checkCredentialExpiry.run(ctx, {});
    await checkCredentialExpiry.run(ctx, {});
    const open = await scene.server.db.attentionItem.findMany({ where: { subject: `connection:${connection.id}`, endedAt: null } });
    return { open: open.map(({ code }) => code), activities: await activities("entra_credential_expires_soon") };
  };
  expect(await warned(35)).toEqual({ open: [], activities: 0 });
  expect(await warned(30)).toEqual({ open: ["credential_expires_30"], activities: 1 });
  expect(await warned(20)).toEqual({ open: ["credential_expires_30"], activities: 1 });
  expect(await warned(7)).toEqual({ open: ["credential_expires_7"], activities: 2 });
  expect(await warned(1)).toEqual({ open: ["credential_expires_1"], activities: 3 });
  expect(await warned(0.5)).toEqual({ open: ["credential_expires_1"], activities: 3 });
});

test("a permission that is taken back, a partner that is ended and an app that is removed are noticed, said once, and recover", async () => {
  const connection = await scene.connect("happy");
  const check = async () => {
    await checkConnection.run(scene.server, { connectionId: connection.id });
    return scene.reload(connection.id);
  };
  expect(await check()).toMatchObject({ state: "connected", partnerState: "enabled" });
  const before = await activities("entra_connection_degraded");

  scene.simulator.addFault({ kind: "partner_terminated" });
  expect(await check()).toMatchObject({ state: "degraded", errorCode: "partner_terminated" });
  expect(await check()).toMatchObject({ state: "degraded" });
  expect(await activities("entra_connection_degraded")).toBe(before + 1);
  scene.simulator.clearFaults();
  expect(await check()).toMatchObject({ state: "connected", errorCode: "" });

  scene.simulator.addFault({ kind: "consent_revoked" });
  expect(await check()).toMatchObject({ state: "credential_error", errorCode: "app_not_in_tenant" });
  scene.simulator.clearFaults();
  expect(await check()).toMatchObject({ state: "connected" });

  scene.simulator.addFault({ kind: "server_error", status: 503 });
  expect(await check()).toMatchObject({ state: "connected" });
  scene.simulator.clearFaults();
  expect(await activities("entra_connection_degraded")).toBe(before + 2);
});

test("when the public address changes, Microsoft is told the new one", async () => {
  const connection = await scene.connect("happy");
  await scene.server.db.organisation.update({ where: { id: 1 }, data: { publicUrl: "http://localhost:3001" } });
  try {
    await checkConnection.run(scene.server, { connectionId: connection.id });
    expect((await listSetupSteps(scene.server.db, connection.id)).find(({ step }) => step === "tenant")?.state).toBe("todo");
    expect((await scene.runSetup(connection.id)).state).toBe("connected");
    const told = scene.simulator.journal().findLast(({ path }) => path.includes("PartnerTenants("))?.body;
    expect(told).toMatchObject({ provisioned: 1, remediationUrl: "http://localhost:3001/microsoft-compliance-partner/remediate" });
  } finally {
    await scene.server.db.organisation.update({ where: { id: 1 }, data: { publicUrl: "http://localhost:3000" } });
  }
});

test("Test connection tells part from part and writes nothing at Microsoft", async () => {
  const connection = await scene.connect("happy");
  const writes = () => scene.simulator.journal().filter(({ method, surface }) => method !== "GET" && surface !== "login").length;
  const before = writes();
  const good = await testConnection(scene.admin, connection.id);
  expect(good).toMatchObject({ passed: true });
  expect(good.checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    "tokens pass",
    "permissions pass",
    "services pass",
    "group pass",
    "partner pass",
  ]);
  scene.simulator.addFault({ kind: "endpoint_missing" });
  const bad = await testConnection(scene.admin, connection.id);
  expect(bad.passed).toBe(false);
  expect(bad.checks.filter(({ outcome }) => outcome === "fail")).toMatchObject([{ name: "services", code: "partner_endpoints_missing" }]);
  expect(writes()).toBe(before);
  expect(JSON.stringify([good, bad])).not.toMatch(/eyJ|simulator-only/);
});

test("a token goes to no host outside the cloud, whatever address it is asked for", async () => {
  const connection = await scene.connect("happy");
  for (const url of ["https://evil.example/x", "http://localhost:1/x", `${scene.simulator.graphUrl}@evil.example/`, "not an address"]) {
    for (const audience of ["graph", "intune"] as const) {
      await expect(callMicrosoft(scene.server, connection, { audience, method: "GET", url })).rejects.toMatchObject({ code: "partner_endpoint_untrusted" });
    }
  }
});

test.each(["token_revoked", "fresh_token_rejected"] as const)("%s: a 401 is answered with a fresh token, once", async (kind) => {
  const connection = await scene.connect("happy");
  scene.simulator.addFault({ kind, surface: "graph", count: 1 });
  const answer = await callMicrosoft(scene.server, connection, { audience: "graph", method: "GET", url: `${scene.simulator.graphUrl}/v1.0/groups` });
  expect(answer.status).toBe(200);
  expect(answer.clientRequestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.requestId).not.toBe("");
});
