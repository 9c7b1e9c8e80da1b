import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as confirm } from "./confirm/route";
import { GET as health } from "./health/route";
import { DELETE, POST } from "./route";
import { POST as probe } from "./test/route";
import { setRouteClock } from "@/lib/auth/admin-route";
import { acceptConsent } from "@/lib/compliance/entra/accept-consent";
import { connectTenant } from "@/lib/compliance/entra/connect-tenant.job";
import { findSession } from "@/lib/auth/find-session";
import { resetEnv } from "@/lib/env";
import { seededClientId, seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { makeAppCertificate } from "@/lib/simulator/microsoft/simulator-for-tests";
import { getOrganisationConfig } from "@/lib/teams/get-organisation-config";
import { apiToken, callRoute } from "@/lib/testing/call-api";
import { startEntraScene, type EntraScene } from "@/lib/testing/entra-scene";

let scene: EntraScene;
let admin: string;
let happy: string;
beforeAll(async () => {
  scene = await startEntraScene();
  setRouteClock(scene.clock.now);
  admin = await apiToken("admin", scene.clock);
  happy = scene.simulator.tenants.happy.id;
});
afterAll(async () => {
  setRouteClock();
  await scene.stop();
});
beforeEach(() => scene.startOver());

const app = { client_id: seededClientId, client_secret: seededClientSecret };
const config = async () => (await getOrganisationConfig(scene.server)).conditional_access;

/** Consents at Microsoft and comes back in the browser of the user whose token asked, then lets the setup job run. */
async function finish(consentUrl: string, tenant: string): Promise<void> {
  const back = await scene.simulator.consent(tenant, { state: new URL(consentUrl).searchParams.get("state") ?? "" });
  const actor = await findSession(scene.server, admin, "api");
  if (!actor) throw new Error("The admin's session is gone.");
  await acceptConsent({ ...scene.server, actor }, { state: back.searchParams.get("state") ?? "", tenant: back.searchParams.get("tenant") ?? "" });
  for (const { id } of await scene.server.db.entraConnection.findMany()) await connectTenant.run(scene.server, { connectionId: id });
}

test("the whole life: connect, confirm too early, confirm, confirm again, other tenant refused, delete, delete again, connect another", async () => {
  expect(await config()).toMatchObject({ microsoft_entra_tenant_id: "", microsoft_entra_connection_configured: false, okta_idp_id: "" });
  const created = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, ...app } });
  expect(created.status).toBe(200);
  const url = String(created.body.microsoft_authentication_url);
  expect(url).toMatch(new RegExp(`^${scene.simulator.loginUrl}/${happy}/v2.0/adminconsent\\?`));
  expect(await config()).toMatchObject({ microsoft_entra_tenant_id: happy, microsoft_entra_connection_configured: false });

  expect(await callRoute(confirm, { token: admin, body: {} })).toMatchObject({
    status: 200,
    body: { configuration_completed: false, setup_error: "", state: "awaiting_consent" },
  });
  await finish(url, "happy");
  for (let i = 0; i < 2; i += 1) {
    expect(await callRoute(confirm, { token: admin, method: "POST" })).toMatchObject({
      status: 200,
      body: { configuration_completed: true, setup_error: "", setup_error_code: "", state: "connected" },
    });
  }
  expect(await config()).toMatchObject({ microsoft_entra_tenant_id: happy, microsoft_entra_connection_configured: true });

  const again = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy } });
  expect(again.status).toBe(200);
  expect(again.body.microsoft_authentication_url).not.toBe(url);
  expect(await config()).toMatchObject({ microsoft_entra_connection_configured: true });
  const other = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: "fennel.example", ...app } });
  expect(other).toMatchObject({ status: 400, body: { code: "other_tenant_connected" } });

  expect(await callRoute(health, { token: admin })).toMatchObject({
    status: 200,
    body: { state: "connected", reports: { waiting: 0 }, group_name: "Device trust users" },
  });
  expect(await callRoute(probe, { token: admin, method: "POST" })).toMatchObject({ status: 200, body: { passed: true } });

  expect((await callRoute(DELETE, { token: admin, method: "DELETE" })).status).toBe(200);
  expect(await callRoute(DELETE, { token: admin, method: "DELETE" })).toMatchObject({ status: 400, body: { code: "not_connected" } });
  expect(await config()).toMatchObject({ microsoft_entra_tenant_id: "", microsoft_entra_connection_configured: false, bypass_disabled: true });
  expect(await callRoute(health, { token: admin })).toMatchObject({ status: 200, body: { state: "not_connected" } });

  const second = await callRoute(POST, {
    token: admin,
    body: { microsoft_tenant_id: "fennel.example", group_id: scene.simulator.tenants["second-tenant"].groupId, ...app },
  });
  await finish(String(second.body.microsoft_authentication_url), "second-tenant");
  expect(await callRoute(confirm, { token: admin, method: "POST" })).toMatchObject({
    body: { configuration_completed: true, tenant_domain: "fennel.example" },
  });
});

test("an error of setup is told by its text and its code, with the time of the next try", async () => {
  const { body } = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: "cobalt.example", ...app } });
  await finish(String(body.microsoft_authentication_url), "partner-not-added");
  const { body: answer } = await callRoute(confirm, { token: admin, method: "POST" });
  expect(answer).toMatchObject({ configuration_completed: false, setup_error_code: "partner_not_added" });
  expect(answer.setup_error).toMatch(/Intune/);
  expect(answer.next_attempt_at).not.toBeNull();
});

test("a delete that Microsoft answers with not found still clears what is here", async () => {
  const { body } = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, ...app } });
  await finish(String(body.microsoft_authentication_url), "happy");
  scene.simulator.addFault({ kind: "server_error", surface: "manage", status: 404 });
  expect((await callRoute(DELETE, { token: admin, method: "DELETE" })).status).toBe(200);
  expect(await config()).toMatchObject({ microsoft_entra_tenant_id: "" });
});

test("a delete that Microsoft refuses answers 502 until it is forced", async () => {
  const { body } = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, ...app } });
  await finish(String(body.microsoft_authentication_url), "happy");
  scene.simulator.addFault({ kind: "server_error", surface: "manage", status: 500 });
  expect(await callRoute(DELETE, { token: admin, method: "DELETE" })).toMatchObject({ status: 502, body: { code: "disconnect_failed" } });
  expect((await callRoute(DELETE, { token: admin, method: "DELETE", query: "force=true&reason=closed" })).status).toBe(200);
});

test("audit_only connects without Microsoft and says so", async () => {
  const calls = scene.simulator.journal().length;
  const answer = await callRoute(POST, { token: admin, body: { provider: "audit_only" } });
  expect(answer).toMatchObject({
    status: 200,
    body: { microsoft_authentication_url: "", connection: { provider: "audit_only", state: "connected", configuration_completed: true } },
  });
  expect(await callRoute(probe, { token: admin, method: "POST" })).toMatchObject({ body: { passed: true, checks: [{ outcome: "skipped" }] } });
  // A tenant may follow without a disconnect: nothing was told that would have to be taken back.
  expect((await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, ...app } })).status).toBe(200);
  expect(await config()).toMatchObject({ microsoft_entra_connection_configured: false });
  expect((await callRoute(POST, { token: admin, body: { provider: "audit_only" } })).status).toBe(200);
  expect((await callRoute(DELETE, { token: admin, method: "DELETE" })).status).toBe(200);
  const surfaces = new Set(
    scene.simulator
      .journal()
      .slice(calls)
      .map(({ surface }) => surface),
  );
  expect([...surfaces]).toEqual(["login"]);
});

describe("who may not, and what can't be taken", () => {
  test.each([
    ["connect", POST, { body: { microsoft_tenant_id: "x" } }],
    ["confirm", confirm, { method: "POST" }],
    ["delete", DELETE, { method: "DELETE" }],
    ["test", probe, { method: "POST" }],
  ] as const)("a maintainer gets 403 and nobody 401 on %s", async (_name, route, call) => {
    expect((await callRoute(route, { ...call, token: await apiToken("maintainer", scene.clock) })).status).toBe(403);
    expect((await callRoute(route, call)).status).toBe(401);
  });

  test("confirm without anything started is a 400 that says what to do", async () => {
    expect(await callRoute(confirm, { token: admin, method: "POST" })).toMatchObject({ status: 400, body: { code: "not_connected" } });
  });

  test.each([
    [{ microsoft_tenant_id: "not a tenant", ...app }, 422, "invalid_tenant"],
    [{ microsoft_tenant_id: "unknown.example", ...app }, 422, "invalid_tenant"],
    [{ microsoft_tenant_id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", ...app }, 422, "invalid_tenant"],
    [{ ...app }, 422, "invalid_tenant"],
    [{ microsoft_tenant_id: "aldergate.example", cloud: "moon", ...app }, 422, "invalid_input"],
    [{ microsoft_tenant_id: "aldergate.example" }, 422, "client_id_missing"],
    [{ microsoft_tenant_id: "aldergate.example", client_id: "short" }, 422, "client_id_missing"],
    [{ microsoft_tenant_id: "aldergate.example", client_id: seededClientId }, 422, "credential_missing"],
    [{ microsoft_tenant_id: "aldergate.example", ...app, certificate: "x" }, 422, "credential_unusable"],
    [{ microsoft_tenant_id: "aldergate.example", secret: "x" }, 400, "unknown_key"],
  ])("%j answers %i %s", async (body, status, code) => {
    expect(await callRoute(POST, { token: admin, body })).toMatchObject({ status, body: { code } });
    expect(await scene.server.db.entraConnection.count()).toBe(0);
  });

  test.each(["http://flotilla.example.com", "https://localhost", "https://127.0.0.1", ""])(
    "public_url_not_https: a real cloud refuses the public address %s before anything is sent",
    async (publicUrl) => {
      await scene.server.db.organisation.update({ where: { id: 1 }, data: { publicUrl } });
      const calls = scene.simulator.journal().length;
      const answer = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, cloud: "global", ...app } });
      await scene.server.db.organisation.update({ where: { id: 1 }, data: { publicUrl: "http://localhost:3000" } });
      expect(answer).toMatchObject({ status: 422, body: { code: "public_url_not_https", errors: [{ name: "public_url" }] } });
      expect(scene.simulator.journal().length).toBe(calls);
    },
  );
});

test("the environment's app is the default of a new connection", async () => {
  process.env.ENTRA_CLIENT_ID = seededClientId;
  process.env.ENTRA_CLIENT_SECRET = seededClientSecret;
  resetEnv();
  try {
    const { status, body } = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy } });
    expect(status).toBe(200);
    expect(body.connection).toMatchObject({ client_id: seededClientId, credential_kind: "secret", cloud: "custom" });
  } finally {
    delete process.env.ENTRA_CLIENT_ID;
    delete process.env.ENTRA_CLIENT_SECRET;
    resetEnv();
  }
});

test("the environment's certificate files are the default of a new connection, and one that can't be read is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "app-certificate-"));
  const certificate = await makeAppCertificate(folder);
  const files = { ENTRA_CERTIFICATE_FILE: join(folder, "app.pem"), ENTRA_KEY_FILE: join(folder, "app.key") };
  await writeFile(files.ENTRA_CERTIFICATE_FILE, certificate.pem);
  await writeFile(files.ENTRA_KEY_FILE, certificate.privateKey);
  Object.assign(process.env, files, { ENTRA_CLIENT_ID: seededClientId });
  resetEnv();
  try {
    const { status, body } = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy } });
    expect(status).toBe(200);
    expect(body.connection).toMatchObject({ client_id: seededClientId, credential_kind: "certificate" });
    await scene.startOver();
    await rm(files.ENTRA_KEY_FILE);
    const refused = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy } });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(refused.body)).toContain("ENTRA_KEY_FILE");
  } finally {
    for (const name of [...Object.keys(files), "ENTRA_CLIENT_ID"]) delete process.env[name];
    resetEnv();
    await rm(folder, { recursive: true, force: true });
  }
});

test("a tenant that was never finished may be replaced, and nothing of the first stays", async () => {
  await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, ...app } });
  await callRoute(POST, { token: admin, body: { microsoft_tenant_id: "fennel.example", ...app } });
  const rows = await scene.server.db.entraConnection.findMany();
  expect(rows).toMatchObject([{ tenantDomain: "fennel.example", isDefault: true }]);
  expect(await scene.server.db.entraConsentState.count({ where: { expectedTenantId: happy } })).toBe(0);
});

test("of two people who start at once, one does and the other hears of it", async () => {
  // Again and again: each time another one of the two, or both one after the other, finds what the other left.
  for (let round = 0; round < 12; round += 1) {
    const answers = await Promise.all(
      [happy, "fennel.example"].map((tenant) => callRoute(POST, { token: admin, body: { microsoft_tenant_id: tenant, ...app } })),
    );
    expect(await scene.server.db.entraConnection.count()).toBe(1);
    const refused = answers.filter(({ status }) => status !== 200).map(({ status, body }) => [status, body.code]);
    expect(refused.length).toBeLessThan(2);
    for (const refusal of refused) expect(refusal).toEqual([409, "connection_started_elsewhere"]);
  }
});

test("no answer holds a secret, a token or a sealed credential", async () => {
  const answers: unknown[] = [];
  const created = await callRoute(POST, { token: admin, body: { microsoft_tenant_id: happy, ...app } });
  answers.push(created.body);
  await finish(String(created.body.microsoft_authentication_url), "happy");
  for (const [route, method] of [
    [confirm, "POST"],
    [health, "GET"],
    [probe, "POST"],
  ] as const)
    answers.push((await callRoute(route, { token: admin, method })).body);
  answers.push(await scene.server.db.activity.findMany({ select: { details: true } }), await config());
  const { credentialCiphertext } = await scene.server.db.entraConnection.findFirstOrThrow();
  const text = JSON.stringify(answers);
  for (const secret of [seededClientSecret, credentialCiphertext, "eyJ", "Bearer"]) expect(text).not.toContain(secret);
});
