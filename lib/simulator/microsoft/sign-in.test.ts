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
