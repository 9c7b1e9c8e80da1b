import type { Configuration } from "@azure/msal-node";
import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeJwt, importJWK, jwtVerify, SignJWT, type JWK, type JWTPayload } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededClientId, seededClientSecret } from "./seed";
import { makeAppCertificate, startTestSimulator, tokenForm, type TestSimulator } from "./simulator-for-tests";

let microsoft: TestSimulator;
const certifiedClientId = "0b7c1f52-8a53-4f0e-9a8b-000000000001";
let certificate: Awaited<ReturnType<typeof makeAppCertificate>>;

beforeAll(async () => {
  microsoft = await startTestSimulator();
  certificate = await makeAppCertificate(join(microsoft.folder, "operator"));
  microsoft.registerApp({
    clientId: certifiedClientId,
    certificates: [certificate.pem],
    secrets: [{ value: "old-secret", expiresAt: "2020-01-01T00:00:00Z" }],
    redirectUris: ["http://localhost:3000/settings/integrations/conditional-access"],
    requiredRoles: ["Device.Read.All", "update_device_attributes"],
  });
  await microsoft.consent("happy");
  await microsoft.call("POST", `${microsoft.loginUrl}/happy/v2.0/adminconsent`, {
    form: {
      client_id: certifiedClientId,
      redirect_uri: "http://localhost:3000/settings/integrations/conditional-access",
      scope: `${microsoft.graphUrl}/.default`,
      decision: "accept",
    },
  });
});
afterAll(() => microsoft.stop());

/**
 * MSAL as it is, in a process that trusts the authority as an operator makes it trust one: by NODE_EXTRA_CA_CERTS.
 * Gives the claims of the Graph and of the Intune token.
 */
async function acquireByMsal(auth: Partial<Configuration["auth"]>): Promise<{ graph: JWTPayload; intune: JWTPayload }> {
  const script = `
    const { ConfidentialClientApplication } = require("@azure/msal-node");
    const { auth, scopes } = JSON.parse(process.argv[1]);
    const client = new ConfidentialClientApplication({ auth });
    const ask = (scope) => client.acquireTokenByClientCredential({ scopes: [scope] }).then((result) => result.accessToken);
    Promise.all(scopes.map(ask)).then((tokens) => console.log(JSON.stringify(tokens)));`;
  const authority = `${microsoft.loginUrl}/${microsoft.tenants.happy.id}`;
  const request = {
    auth: { clientId: seededClientId, authority, knownAuthorities: [new URL(authority).host], ...auth },
    scopes: [`${microsoft.graphUrl}/.default`, `${microsoft.intuneResource}/.default`],
  };
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script, JSON.stringify(request)], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: microsoft.caFile },
  });
  const [graph = "", intune = ""] = JSON.parse(stdout) as string[];
  return { graph: decodeJwt(graph), intune: decodeJwt(intune) };
}

test("MSAL acquires both tokens with a secret, each for its audience with its roles", async () => {
  const { graph, intune } = await acquireByMsal({ clientSecret: seededClientSecret });
  expect(graph).toMatchObject({ aud: microsoft.graphUrl, tid: microsoft.tenants.happy.id, appid: seededClientId, azp: seededClientId });
  expect(graph.roles).toContain("User.Read.All");
  expect(graph.roles).not.toContain("update_device_attributes");
  expect(intune.aud).toBe(microsoft.intuneResource);
  expect(intune.roles).toEqual(["manage_partner_compliance_policy", "update_device_attributes"]);
});

test("MSAL acquires both tokens with a certificate", async () => {
  const { thumbprintSha256, privateKey } = certificate;
  const { graph, intune } = await acquireByMsal({ clientId: certifiedClientId, clientCertificate: { thumbprintSha256, privateKey } });
  expect(graph.roles).toEqual(["Device.Read.All"]);
  expect(intune.roles).toEqual(["update_device_attributes"]);
});

test("an assertion signed by another key than the named certificate's is refused, as is a stale one", async () => {
  const other = await makeAppCertificate(join(microsoft.folder, "somebody-else"));
  const sign = (key: string, expires: string) =>
    new SignJWT({ iss: certifiedClientId, sub: certifiedClientId, aud: `${microsoft.loginUrl}/${microsoft.tenants.happy.id}/oauth2/v2.0/token` })
      .setProtectedHeader({ alg: "PS256", "x5t#S256": Buffer.from(certificate.thumbprintSha256, "hex").toString("base64url") })
      .setIssuedAt(expires.startsWith("-") ? Math.floor(Date.now() / 1000) - 7200 : undefined)
      .setExpirationTime(expires)
      .sign(createPrivateKey(key));
  const ask = async (assertion: string) =>
    (
      await microsoft.call("POST", `${microsoft.loginUrl}/happy/oauth2/v2.0/token`, {
        form: {
          client_id: certifiedClientId,
          scope: `${microsoft.graphUrl}/.default`,
          grant_type: "client_credentials",
          client_assertion: assertion,
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
      })
    ).json;
  expect((await ask(await sign(certificate.privateKey, "5m"))).token_type).toBe("Bearer");
  expect((await ask(await sign(other.privateKey, "5m"))).error_codes).toEqual([700027]);
  expect((await ask(await sign(certificate.privateKey, "-1h"))).error_codes).toEqual([700024]);
});

test("tokens verify against the published keys, and the metadata names one issuer by id and by domain", async () => {
  const token = await microsoft.token("happy", "graph");
  const byId = await microsoft.call("GET", `${microsoft.loginUrl}/${microsoft.tenants.happy.id}/v2.0/.well-known/openid-configuration`);
  const byDomain = await microsoft.call("GET", `${microsoft.loginUrl}/aldergate.example/v2.0/.well-known/openid-configuration`);
  expect(byDomain.json).toEqual(byId.json);
  const keys = await microsoft.call("GET", byId.json.jwks_uri);
  const { payload } = await jwtVerify(token, await importJWK(keys.json.keys[0] as JWK), { issuer: byId.json.issuer, audience: microsoft.graphUrl });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3599);
});

test("instance discovery leads to the tenant's metadata, and an unknown tenant has none", async () => {
  const tenant = microsoft.tenants.happy.id;
  const instance = await microsoft.call(
    "GET",
    `${microsoft.loginUrl}/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(`${microsoft.loginUrl}/${tenant}/oauth2/v2.0/authorize`)}`,
  );
  expect((await microsoft.call("GET", instance.json.tenant_discovery_endpoint)).json.issuer).toBe(`${microsoft.loginUrl}/${tenant}/v2.0`);
  const unknown = await microsoft.call("GET", `${microsoft.loginUrl}/nobody.example/v2.0/.well-known/openid-configuration`);
  expect(unknown).toMatchObject({ status: 400, json: { error: "invalid_tenant", error_codes: [90002] } });
  expect((await microsoft.call("GET", `${microsoft.loginUrl}/estuary.us.example/v2.0/.well-known/openid-configuration`)).json.cloud_instance_name).toBe(
    "microsoftonline.us",
  );
});

test.each<[string, Record<string, string>, number, string, number]>([
  ["the Intune scope with a single slash", { scope: "single" }, 400, "invalid_resource", 500011],
  ["a resource nobody knows", { scope: "https://vault.example/.default" }, 400, "invalid_resource", 500011],
  ["a scope without /.default", { scope: "User.Read" }, 400, "invalid_scope", 70011],
  ["a wrong secret", { client_secret: "wrong" }, 401, "invalid_client", 7000215],
  ["no credential", { client_secret: "" }, 401, "invalid_client", 7000215],
  ["an expired secret", { client_id: certifiedClientId, client_secret: "old-secret" }, 401, "invalid_client", 7000222],
  ["an unknown app", { client_id: "00000000-1111-2222-3333-444444444444" }, 400, "unauthorized_client", 700016],
  [
    "an assertion that is no JWT",
    { client_assertion: "nonsense", client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" },
    401,
    "invalid_client",
    50027,
  ],
  ["another grant type", { grant_type: "password" }, 400, "unsupported_grant_type", 70003],
])("the token endpoint refuses %s", async (_, change, status, error, code) => {
  const form = { ...tokenForm(microsoft, "graph"), ...change };
  if (form.scope === "single") form.scope = `${microsoft.intuneResource}.default`;
  const answer = await microsoft.call("POST", `${microsoft.loginUrl}/happy/oauth2/v2.0/token`, { form });
  expect(answer).toMatchObject({ status, json: { error, error_codes: [code] } });
  expect(answer.json.error_description).toMatch(new RegExp(`^AADSTS${code}: `));
  for (const name of ["timestamp", "trace_id", "correlation_id"]) expect(answer.json[name]).toBeTypeOf("string");
});

test("a tenant without consent, an unknown tenant and the shared authority get no token", async () => {
  const ask = (tenant: string) => microsoft.call("POST", `${microsoft.loginUrl}/${tenant}/oauth2/v2.0/token`, { form: tokenForm(microsoft, "graph") });
  expect((await ask("second-tenant")).json.error_codes).toEqual([700016]);
  expect((await ask("11111111-2222-3333-4444-555555555555")).json.error_codes).toEqual([90002]);
  expect((await ask("organizations")).json.error_codes).toEqual([50194]);
});

test("the journal shows that a token was asked for, and neither secret nor token", async () => {
  const token = await microsoft.token("happy", "graph");
  await microsoft.call("GET", `${microsoft.graphUrl}/v1.0/devices`, { token });
  const entries = microsoft.journal();
  expect(entries.findLast((entry) => entry.path.endsWith("/oauth2/v2.0/token"))?.body).toMatchObject({ clientId: seededClientId, credential: "secret" });
  const text = JSON.stringify(entries);
  for (const secret of [seededClientSecret, token, "old-secret"]) expect(text).not.toContain(secret);
});
