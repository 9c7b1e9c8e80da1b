import { ConfidentialClientApplication, type Configuration } from "@azure/msal-node";
import { request } from "node:https";
import { join } from "node:path";
import { decodeJwt, importJWK, jwtVerify, type JWK } from "jose";
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

/** MSAL as it is, with a network module only because this process can't be told to trust the authority after its start. */
function msal(auth: Partial<Configuration["auth"]>): ConfidentialClientApplication {
  const tenant = microsoft.tenants.happy.id;
  const send = <T>(method: "GET" | "POST", url: string, options?: { headers?: Record<string, string>; body?: string }) =>
    new Promise<{ headers: Record<string, string>; body: T; status: number }>((resolve, reject) => {
      request(url, { method, ca: microsoft.ca, agent: false, headers: options?.headers ?? {} }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () =>
          resolve({ headers: response.headers as Record<string, string>, body: JSON.parse(text) as T, status: response.statusCode ?? 0 }),
        );
      })
        .on("error", reject)
        .end(options?.body);
    });
  return new ConfidentialClientApplication({
    auth: { clientId: seededClientId, authority: `${microsoft.loginUrl}/${tenant}`, knownAuthorities: [new URL(microsoft.loginUrl).host], ...auth },
    system: {
      networkClient: { sendGetRequestAsync: (url, options) => send("GET", url, options), sendPostRequestAsync: (url, options) => send("POST", url, options) },
    },
  });
}

const claimsOf = (result: { accessToken: string } | null) => decodeJwt(result?.accessToken ?? "");

test("MSAL acquires both tokens with a secret, each for its audience with its roles", async () => {
  const client = msal({ clientSecret: seededClientSecret });
  const graph = claimsOf(await client.acquireTokenByClientCredential({ scopes: [`${microsoft.graphUrl}/.default`] }));
  const intune = claimsOf(await client.acquireTokenByClientCredential({ scopes: [`${microsoft.intuneResource}/.default`] }));
  expect(graph).toMatchObject({ aud: microsoft.graphUrl, tid: microsoft.tenants.happy.id, appid: seededClientId, azp: seededClientId });
  expect(graph.roles).toContain("User.Read.All");
  expect(graph.roles).not.toContain("update_device_attributes");
  expect(intune.aud).toBe(microsoft.intuneResource);
  expect(intune.roles).toEqual(["manage_partner_compliance_policy", "update_device_attributes"]);
});

test("MSAL acquires both tokens with a certificate", async () => {
  const client = msal({
    clientId: certifiedClientId,
    clientCertificate: { thumbprintSha256: certificate.thumbprintSha256, privateKey: certificate.privateKey },
  });
  expect(claimsOf(await client.acquireTokenByClientCredential({ scopes: [`${microsoft.graphUrl}/.default`] })).roles).toEqual(["Device.Read.All"]);
  expect(claimsOf(await client.acquireTokenByClientCredential({ scopes: [`${microsoft.intuneResource}/.default`] })).roles).toEqual([
    "update_device_attributes",
  ]);
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
  expect(entries.find((entry) => entry.path.endsWith("/oauth2/v2.0/token"))?.body).toMatchObject({ clientId: seededClientId, credential: "secret" });
  const text = JSON.stringify(entries);
  for (const secret of [seededClientSecret, token, "old-secret"]) expect(text).not.toContain(secret);
});
