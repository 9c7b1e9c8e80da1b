import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setRouteClock } from "@/lib/auth/admin-route";
import { callRoute } from "@/lib/testing/call-route";
import { encode } from "@/lib/testing/saml/hostile-case";
import { signAnswer, writeAnswer } from "@/lib/testing/saml/saml-answer";
import { writeFederationMetadata } from "@/lib/testing/saml/saml-metadata";
import { setSamlScene, type SamlScene } from "@/lib/testing/saml/saml-scene";
import { makeSamlKey } from "@/lib/testing/saml/saml-signing-key";
import { GET as startByLink } from "@/app/(public)/sign-in/saml/route";
import { GET, POST } from "./route";

const minute = 60_000;
const skew = 180_000;

let scene: SamlScene;
beforeAll(async () => {
  scene = await setSamlScene();
});
beforeEach(() => scene.set({ enabled: true, idpInitiated: false, jitProvisioning: true, idpName: "Entra ID", idpImageUrl: "" }));
afterAll(() => setRouteClock());

test.each(["assertion", "response", "both"] as const)("an answer with its %s signed signs a person in and leads back to where they were", async (signs) => {
  const begun = await scene.begin("/hosts?q=1");
  const outcome = await scene.post(scene.answer(scene.plan(begun), signs), begun.cookie);
  expect(outcome).toEqual({ status: 303, location: "/hosts?q=1", signedIn: true, code: "", reason: "" });
});

test.each<[string, object]>([
  ["valid from a moment within the skew on", { notBeforeMs: skew }],
  ["expired a moment within the skew ago", { notOnOrAfterMs: -skew + 1 }],
  ["handed in a moment within the skew too late", { confirmUntilMs: -skew + 1 }],
  ["issued a moment within the skew ahead", { issuedMs: skew }],
  ["issued ninety minutes and the skew ago", { issuedMs: -90 * minute - skew }],
  ["of a session that ended within the skew", { sessionUntilMs: -skew + 1 }],
  ["for this server's address", { audience: "https://flotilla.test" }],
  ["for the address that answers go to", { audience: "https://flotilla.test/api/v1/fleet/sso/callback" }],
  ["without a destination, whose Response isn't signed", { destination: null }],
  ["whose mail is written in capitals", { email: "Mara.Lindqvist@Aldergate.EXAMPLE" }],
  ["with attributes of many values", { attributes: { "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups": ["a", "b", "c"] } }],
])("an honest answer %s is taken", async (_, more) => {
  const begun = await scene.begin();
  expect(await scene.post(scene.answer(scene.plan(begun, more)), begun.cookie)).toMatchObject({ signedIn: true, code: "" });
});

test("an answer with its lines wrapped, as some providers send it, is taken", async () => {
  const begun = await scene.begin();
  const wrapped = scene.answer(scene.plan(begun)).replace(/.{76}/g, "$&\r\n");
  expect(await scene.post(wrapped, begun.cookie)).toMatchObject({ signedIn: true });
});

test("an answer of another provider's habits is taken: typed values, included prefixes, an attribute of elements, an answer signed as a whole", async () => {
  const begun = await scene.begin();
  const typed = writeAnswer(scene.plan(begun))
    .replace("<samlp:Response ", '<?xml version="1.0" encoding="UTF-8"?>\n<samlp:Response xmlns:xs="http://www.w3.org/2001/XMLSchema" ')
    .replaceAll("<AttributeValue>", '<AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">\n')
    .replace(
      "</AttributeStatement>",
      '<Attribute Name="urn:oid:1.3.6.1.4.1.5923.1.1.1.10"><AttributeValue><NameID>opaque</NameID></AttributeValue></Attribute></AttributeStatement>',
    );
  const inner = signAnswer(typed, { key: scene.key, target: "Assertion", inclusivePrefixes: ["xs"] });
  const answer = encode(signAnswer(inner, { key: scene.key, target: "Response", inclusivePrefixes: ["xs"] }));
  expect(await scene.post(answer, begun.cookie)).toMatchObject({ signedIn: true, code: "" });
});

test("an answer that is signed with the next key of the metadata is taken", async () => {
  const begun = await scene.begin();
  expect(await scene.post(scene.answer(scene.plan(begun), "assertion", scene.nextKey), begun.cookie)).toMatchObject({ signedIn: true });
});

test("an answer that nobody asked for is taken where that is allowed, and leads to the first page", async () => {
  await scene.set({ idpInitiated: true });
  expect(await scene.post(scene.answer(scene.plan(null)))).toMatchObject({ signedIn: true, location: "/" });
  const begun = await scene.begin("/hosts");
  expect(await scene.post(scene.answer(scene.plan(null)), begun.cookie)).toMatchObject({ signedIn: true, location: "/" });
});

test("the person gets a user, known by tenant and object id, and a session that is theirs", async () => {
  const begun = await scene.begin();
  const plan = scene.plan(begun, { email: "Ilse.Vahl@aldergate.example", name: "Ilse Vahl", objectId: "0A0A0A0A-0000-4000-8000-00000000000B" });
  expect(await scene.post(scene.answer(plan), begun.cookie)).toMatchObject({ signedIn: true });
  const user = await scene.ctx.db.user.findUniqueOrThrow({ where: { email: "ilse.vahl@aldergate.example" }, include: { accounts: true, sessions: true } });
  expect(user).toMatchObject({ name: "Ilse Vahl", ssoEnabled: true, globalRole: "observer", passwordHash: null });
  expect(user.accounts).toMatchObject([{ provider: "entra", providerAccountId: `${scene.tenantId}/0a0a0a0a-0000-4000-8000-00000000000b` }]);
  expect(user.sessions).toMatchObject([{ kind: "browser" }]);
  const activity = await scene.ctx.db.activity.findFirstOrThrow({ where: { type: "user_logged_in", actorId: user.id } });
  expect(activity).toMatchObject({ actorEmail: "ilse.vahl@aldergate.example", details: { sign_in_method: "saml", directory_name: "Entra ID" } });
});

test("the same person under another mail is still the same user; another person under their mail isn't", async () => {
  const objectId = "0a0a0a0a-0000-4000-8000-00000000000c";
  const first = await scene.begin();
  await scene.post(scene.answer(scene.plan(first, { email: "nora.falk@aldergate.example", objectId })), first.cookie);
  const renamed = await scene.begin();
  expect(await scene.post(scene.answer(scene.plan(renamed, { email: "nora.berg@aldergate.example", objectId })), renamed.cookie)).toMatchObject({
    signedIn: true,
  });
  expect(await scene.ctx.db.user.count({ where: { email: "nora.berg@aldergate.example" } })).toBe(0);
  const other = await scene.begin();
  const plan = scene.plan(other, { email: "nora.falk@aldergate.example", objectId: "0a0a0a0a-0000-4000-8000-00000000000d" });
  expect(await scene.post(scene.answer(plan), other.cookie)).toMatchObject({ signedIn: false, code: "identity_differs" });
});

test("two posts of one answer at once sign in once", async () => {
  await scene.set({ idpInitiated: true });
  const answer = scene.answer(scene.plan(null));
  const outcomes = await Promise.all([scene.post(answer), scene.post(answer), scene.post(answer)]);
  expect(outcomes.filter(({ signedIn }) => signedIn)).toHaveLength(1);
});

test("the request is one that Entra takes: its id begins with no digit, it names us, our address and the mail format, unsigned and without RelayState", async () => {
  const response = await callRoute(POST, { body: { relay_url: "/policies" }, headers: { "x-flotilla-address": "203.0.113.7" } });
  const { url } = (await response.json()) as { url: string };
  const { searchParams, origin, pathname } = new URL(url);
  expect([origin + pathname, [...searchParams.keys()]]).toEqual([`https://login.microsoftonline.com/${scene.tenantId}/saml2`, ["SAMLRequest"]]);
  const xml = inflateRawSync(Buffer.from(searchParams.get("SAMLRequest") ?? "", "base64")).toString("utf8");
  expect(xml).toMatch(/ ID="_[0-9a-f]{40}"/);
  expect(xml).toContain(`AssertionConsumerServiceURL="${scene.acsUrl}"`);
  expect(xml).toMatch(/<saml:Issuer[^>]*>fleet<\/saml:Issuer>/);
  expect(xml).toContain('Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"');
  expect(xml).not.toMatch(/Signature|RequestedAuthnContext|<saml:Subject/);
});

test("the cookie binds the answer to one browser, and no other site's script can read it", async () => {
  const response = await callRoute(POST, { body: {}, headers: { "x-flotilla-address": "203.0.113.8" } });
  expect(response.headers.get("set-cookie")).toMatch(/^__Host-FLEETSSOSESSIONID=[\w-]{32}; Path=\/; Max-Age=300; HttpOnly; Secure; SameSite=None$/);
});

test("on a plain http address the cookie has a name that browsers take there", async () => {
  await scene.set({ serverUrl: "http://localhost:3000" });
  const response = await callRoute(POST, { body: {}, headers: { "x-flotilla-address": "203.0.113.9" } });
  await scene.set({ serverUrl: "" });
  expect(response.headers.get("set-cookie")).toMatch(/^FLEETSSOSESSIONID=[\w-]{32}; Path=\/; Max-Age=300; HttpOnly$/);
});

test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "hosts"])("relay_url %s is refused", async (relayUrl) => {
  const response = await callRoute(POST, { body: { relay_url: relayUrl } });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ name: "relay_url" }] });
});

test("an unknown key is refused, and so is a start while SAML is off", async () => {
  expect((await callRoute(POST, { body: { relay: "/" } })).status).toBe(400);
  await scene.set({ enabled: false });
  const response = await callRoute(POST, { body: {} });
  expect([response.status, await response.json()]).toMatchObject([409, { code: "sso_off" }]);
});

test("the sign-in page learns what stands on the button, and nothing while SAML is off", async () => {
  await scene.set({ idpName: "Entra ID", idpImageUrl: "https://aldergate.example/logo.png" });
  expect(await (await callRoute(GET)).json()).toEqual({
    settings: { idp_name: "Entra ID", idp_image_url: "https://aldergate.example/logo.png", sso_enabled: true },
  });
  await scene.set({ enabled: false });
  expect(await (await callRoute(GET)).json()).toEqual({ settings: { idp_name: "", idp_image_url: "", sso_enabled: false } });
});

test("a link begins a sign-in by redirect, and leads to the sign-in page while SAML is off", async () => {
  const response = await callRoute(startByLink, { path: "/sign-in/saml?next=/labels", headers: { "x-flotilla-address": "203.0.113.10" } });
  expect([response.status, new URL(response.headers.get("location") ?? "").host]).toEqual([303, "login.microsoftonline.com"]);
  await scene.set({ enabled: false });
  const off = await callRoute(startByLink, { path: "/sign-in/saml", headers: { "x-flotilla-address": "203.0.113.10" } });
  expect([off.status, off.headers.get("location")]).toMatchObject([303, expect.stringMatching(/^\/sign-in\?status=org_disabled&ref=/)]);
});

test("a sign-in that would lead to another site leads to the first page", async () => {
  await scene.ctx.db.samlRequest.deleteMany();
  const response = await callRoute(startByLink, { path: "/sign-in/saml?next=//evil.example", headers: { "x-flotilla-address": "203.0.113.11" } });
  expect(response.status).toBe(303);
  const request = await scene.ctx.db.samlRequest.findFirstOrThrow();
  expect(request.returnPath).toBe("/");
});

test("more than sixty tries a minute from one address are turned away", async () => {
  const answers = [];
  for (let at = 0; at < 61; at += 1) answers.push(await callRoute(POST, { body: {}, headers: { "x-flotilla-address": "203.0.113.12" } }));
  expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(60);
  expect(answers.at(-1)?.status).toBe(429);
});

test("after the provider changed all its keys by metadata pasted anew, the old key signs nobody in", async () => {
  const newKey = makeSamlKey();
  const stored = await scene.ctx.db.samlSettings.findUniqueOrThrow({ where: { id: 1 } });
  await scene.set({ metadata: writeFederationMetadata({ tenantId: scene.tenantId, signInUrl: "https://login.example/saml2", keys: [newKey] }) });
  const [old, next] = [await scene.begin(), await scene.begin()];
  expect(await scene.post(scene.answer(scene.plan(old)), old.cookie)).toMatchObject({ signedIn: false, code: "saml_key_unknown" });
  expect(await scene.post(scene.answer(scene.plan(next), "both", newKey), next.cookie)).toMatchObject({ signedIn: true });
  await scene.set({ metadata: stored.metadata });
});
