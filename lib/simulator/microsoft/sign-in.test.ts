import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededClientId, seededClientSecret } from "./seed";
import { startTestSimulator, testRedirectUri, type TestSimulator } from "./simulator-for-tests";

let microsoft: TestSimulator;
beforeAll(async () => {
  microsoft = await startTestSimulator();
});
afterAll(() => microsoft.stop());

const verifier = "a-verifier-of-at-least-forty-three-characters-0123456789";
const request = {
  client_id: seededClientId,
  redirect_uri: testRedirectUri,
  response_type: "code",
  scope: "openid profile email",
  state: "sign-in-state",
  nonce: "sign-in-nonce",
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

const authorize = (form: Record<string, string>) =>
  microsoft.call("POST", `${microsoft.loginUrl}/happy/oauth2/v2.0/authorize`, { form: { ...request, ...form } });
const codeFor = async (user: string) => new URL(String((await authorize({ user })).headers.location)).searchParams.get("code") ?? "";
const exchange = (code: string, form: Record<string, string> = {}) =>
  microsoft.call("POST", `${microsoft.loginUrl}/happy/oauth2/v2.0/token`, {
    form: {
      client_id: seededClientId,
      client_secret: seededClientSecret,
      grant_type: "authorization_code",
      code,
      redirect_uri: testRedirectUri,
      code_verifier: verifier,
      ...form,
    },
  });

test("the visitor picks an account and comes back with a code that becomes one id token", async () => {
  const page = await microsoft.call("GET", `${microsoft.loginUrl}/happy/oauth2/v2.0/authorize?${new URLSearchParams(request)}`);
  expect(page.text).toContain("Maeve O&#39;Neill");
  const person = microsoft.tenants.happy.users[1];
  const back = new URL(String((await authorize({ user: person?.id ?? "" })).headers.location));
  expect(back.searchParams.get("state")).toBe("sign-in-state");
  const code = back.searchParams.get("code") ?? "";
  const answer = await exchange(code);
  expect(decodeJwt(answer.json.id_token)).toMatchObject({
    aud: seededClientId,
    iss: `${microsoft.loginUrl}/${microsoft.tenants.happy.id}/v2.0`,
    tid: microsoft.tenants.happy.id,
    oid: person?.id,
    nonce: "sign-in-nonce",
    preferred_username: "maeve.o'neill@aldergate.example",
  });
  expect((await exchange(code)).json.error).toBe("invalid_grant");
});

test("a code needs its verifier, its redirect address and its time", async () => {
  const person = microsoft.tenants.happy.users[0]?.userPrincipalName ?? "";
  expect((await exchange(await codeFor(person), { code_verifier: "another" })).json.error_codes).toEqual([501481]);
  expect((await exchange(await codeFor(person), { redirect_uri: "http://localhost:3000/elsewhere" })).json.error_codes).toEqual([50011]);
  const late = await codeFor(person);
  microsoft.advance(11 * 60_000);
  expect((await exchange(late)).json.error_codes).toEqual([70008]);
});

test("an unregistered address, an unknown person and a disabled one go nowhere; cancel goes back with an error", async () => {
  expect((await authorize({ redirect_uri: "https://attacker.example/", user: "x" })).text).toContain("AADSTS50011");
  expect((await authorize({ user: "nobody@aldergate.example" })).text).toContain("AADSTS50034");
  const gone = microsoft.registerUser({ tenantId: "happy", upn: "gone@aldergate.example", accountEnabled: false });
  expect((await authorize({ user: gone.id })).text).toContain("AADSTS50057");
  expect(new URL(String((await authorize({ decision: "cancel" })).headers.location)).searchParams.get("error")).toBe("access_denied");
});

test("the id token holds a mail only where the app asks for it, and says whether the tenant owns its domain", async () => {
  const before = microsoft.snapshot();
  const upn = "grace@aldergate.example";
  const person = microsoft.registerUser({
    tenantId: "happy",
    upn,
    mail: "admin@elsewhere.example",
    mailVerified: false,
    guestOf: "https://sts.windows.net/elsewhere/",
  });
  const app = before.apps.find(({ clientId }) => clientId === seededClientId);
  if (!app) throw new Error("The seeded app is missing.");
  const claimsOf = async () => decodeJwt((await exchange(await codeFor(upn))).json.id_token);
  expect(await claimsOf()).toMatchObject({ oid: person.id, preferred_username: upn, email: "admin@elsewhere.example" });
  microsoft.registerApp({ ...app, optionalClaims: [] });
  expect(await claimsOf()).not.toHaveProperty("email");
  microsoft.registerApp({ ...app, optionalClaims: ["email", "xms_edov", "acct", "idp"] });
  expect(await claimsOf()).toMatchObject({ xms_edov: false, acct: 1, idp: "https://sts.windows.net/elsewhere/" });
  microsoft.registerUser({ tenantId: "happy", upn, mail: null });
  expect(await claimsOf()).not.toHaveProperty("email");
  microsoft.restore(before);
});

test("a person is another subject in every app, and the same tenant and object", async () => {
  const before = microsoft.snapshot();
  const upn = "maeve.o'neill@aldergate.example";
  const other = "0b7c1f52-8a53-4f0e-9a8b-00000000000f";
  microsoft.registerApp({
    clientId: other,
    secrets: [{ value: "other", expiresAt: "2099-01-01T00:00:00Z" }],
    redirectUris: [testRedirectUri],
    requiredRoles: [],
  });
  const first = decodeJwt((await exchange(await codeFor(upn))).json.id_token);
  const code = new URL(String((await authorize({ user: upn, client_id: other })).headers.location)).searchParams.get("code") ?? "";
  const second = decodeJwt((await exchange(code, { client_id: other, client_secret: "other" })).json.id_token);
  expect([second.tid, second.oid]).toEqual([first.tid, first.oid]);
  expect(second.sub).not.toBe(first.sub);
  expect(second.aud).toBe(other);
  microsoft.restore(before);
});

test("the id token tells the app roles that were given, and the groups where the app asks for them", async () => {
  const before = microsoft.snapshot();
  const upn = "mara.lindqvist@aldergate.example";
  microsoft.registerUser({ tenantId: "happy", upn, appRoles: ["fleet.maintainer"], groups: ["All staff"] });
  const claimsOf = async () => decodeJwt((await exchange(await codeFor(upn))).json.id_token);
  expect(await claimsOf()).toMatchObject({ roles: ["fleet.maintainer"] });
  expect(await claimsOf()).not.toHaveProperty("groups");
  const app = before.apps.find(({ clientId }) => clientId === seededClientId);
  if (!app) throw new Error("The seeded app is missing.");
  microsoft.registerApp({ ...app, groupsClaim: true });
  const group = before.tenants[0]?.groups.find(({ displayName }) => displayName === "All staff");
  expect(await claimsOf()).toMatchObject({ groups: [group?.id] });
  microsoft.registerUser({ tenantId: "happy", upn, appRoles: [] });
  expect(await claimsOf()).not.toHaveProperty("roles");
  microsoft.restore(before);
});

test("who is in more than 200 groups gets none of them in the token, but the place where they are told", async () => {
  const before = microsoft.snapshot();
  const [first, ...others] = before.tenants;
  if (!first) throw new Error("There is no tenant.");
  const member = first.users.find(({ userPrincipalName }) => userPrincipalName === "tomasz.kowalczyk@aldergate.example");
  const groups = Array.from({ length: 201 }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    displayName: `Group ${index}`,
    securityEnabled: true,
    memberIds: [member?.id ?? ""],
  }));
  microsoft.restore({ ...before, tenants: [{ ...first, groups }, ...others], apps: before.apps.map((app) => ({ ...app, groupsClaim: true })) });
  const claims = decodeJwt((await exchange(await codeFor(member?.id ?? ""))).json.id_token);
  expect(claims).not.toHaveProperty("groups");
  expect(claims).toMatchObject({ _claim_names: { groups: "src1" } });
  microsoft.restore(before);
});
