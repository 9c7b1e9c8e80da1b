import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Context } from "../../context";
import { resetEnv } from "../../env";
import { issuerOf } from "../../testing/saml/saml-answer";
import { writeFederationMetadata } from "../../testing/saml/saml-metadata";
import { makeSamlKey } from "../../testing/saml/saml-signing-key";
import { testClock, testUserContext, type TestClock } from "../../testing/test-context";
import { fetchMetadata } from "./fetch-metadata";
import { findIdpMetadata } from "./find-idp-metadata";
import { getSamlSettings } from "./get-saml-settings";
import { isOutsideAddress } from "./outside-address";
import { parseMetadata } from "./parse-metadata";
import { refreshSamlMetadata } from "./refresh-saml-metadata";
import { updateSamlSettings } from "./update-saml-settings";

const tenantId = "3c0c6ad2-8e6f-4a6c-9f0a-4f6e6a3b1d20";
const signInUrl = `https://login.microsoftonline.com/${tenantId}/saml2`;
const [key, otherKey] = [makeSamlKey(), makeSamlKey()];
const metadata = writeFederationMetadata({ tenantId, signInUrl, keys: [key] });

let clock: TestClock;
let admin: Context;
let server: Server;
let address: string;
let asked: string[] = [];
let answer: RequestListener;

const serve =
  (text: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(200, headers).end(text);
const stored = () => admin.db.samlSettings.findUniqueOrThrow({ where: { id: 1 } });

beforeAll(async () => {
  process.env.SSO_METADATA_PRIVATE = "1";
  resetEnv();
  clock = testClock();
  admin = await testUserContext("admin", clock);
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers["if-none-match"] ?? ""}`.trim());
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
});
afterAll(() => {
  delete process.env.SSO_METADATA_PRIVATE;
  resetEnv();
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
});
beforeEach(async () => {
  asked = [];
  answer = serve(metadata);
  clock.advance(24 * 3600_000);
  await admin.db.samlSettings.deleteMany();
});

test("Entra's metadata is read, with what WS-Federation adds passed over", () => {
  const read = parseMetadata(`\uFEFF${metadata}`);
  expect(read).toMatchObject({ entityId: issuerOf(tenantId), signInUrl });
  expect(read.keys).toEqual([
    expect.objectContaining({
      subject: "CN=Microsoft Azure Federated SSO Certificate",
      notAfter: "2029-01-01T00:00:00.000Z",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    }),
  ]);
});

test("both keys of a change are read, and one for encryption is passed over", () => {
  const both = writeFederationMetadata({ tenantId, signInUrl, keys: [key, otherKey] });
  expect(parseMetadata(both).keys).toHaveLength(2);
  expect(parseMetadata(both.replace(/(<IDPSSODescriptor[^>]*><KeyDescriptor use=")signing/, "$1encryption")).keys).toHaveLength(1);
});

test("comments in metadata are passed over", () => {
  expect(parseMetadata(metadata.replace("<IDPSSODescriptor", "<!-- Keep this. --><IDPSSODescriptor")).entityId).toBe(issuerOf(tenantId));
});

test.each<[string, string, string]>([
  ["isn't XML", "hello", "can't be read"],
  ["has a DTD", metadata.replace("<EntityDescriptor", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><EntityDescriptor"), "DTD"],
  ["describes a service provider alone", metadata.replaceAll("IDPSSODescriptor", "SPSSODescriptor"), "exactly one SAML 2.0 identity provider"],
  ["has no signing certificate", metadata.replace(/<KeyDescriptor.*?<\/KeyDescriptor>/g, ""), "no signing certificate"],
  ["has a broken certificate", metadata.replaceAll(key.certificate, "AAAA"), "can't be read"],
  ["has a weak key", metadata.replaceAll(key.certificate, makeSamlKey({ modulusLength: 1024 }).certificate), "2048 bits"],
  ["has no redirect binding", metadata.replaceAll("HTTP-Redirect", "SOAP"), "HTTP-Redirect"],
  ["sends people to a script", metadata.replaceAll(signInUrl, "javascript:alert(1)"), "isn't https"],
  ["has no entity id", metadata.replace(/ entityID="[^"]+"/, ""), "no entityID"],
  ["is larger than a mebibyte", metadata + " ".repeat(1024 * 1024), "1 MiB"],
])("metadata that %s is refused", (_, text, reason) => {
  expect(() => parseMetadata(text)).toThrow(expect.objectContaining({ code: "metadata_invalid", message: expect.stringContaining(reason) }));
});

test.each([
  "127.0.0.1",
  "127.1.2.3",
  "0.0.0.0",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "100.127.255.255",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
  "64:ff9b::a00:1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "2002:a00:1::1",
  "2001:0:1::1",
  "2001:db8::1",
  "not an address",
])("%s isn't on the internet", (given) => expect(isOutsideAddress(given)).toBe(false));

test.each(["20.190.151.9", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2603:1026:3000::1"])("%s is on the internet", (given) =>
  expect(isOutsideAddress(given)).toBe(true),
);

test.each<[string, string, string[]]>([
  ["a loopback address", "https://127.0.0.1/metadata", []],
  ["a loopback address in another notation", "https://2130706433/metadata", []],
  ["an IPv6 loopback address", "https://[::1]/metadata", []],
  ["an IPv4 address inside IPv6", "https://[::ffff:169.254.169.254]/metadata", []],
  ["a cloud's metadata service", "https://169.254.169.254/latest", []],
  ["a name that stands for a private address", "https://idp.example/metadata", ["10.0.0.7"]],
  ["a name that stands for a public and a private address", "https://idp.example/metadata", ["20.190.151.9", "fd00::7"]],
  ["plain http", "http://idp.example/metadata", ["20.190.151.9"]],
  ["plain http on this computer", "http://localhost/metadata", ["127.0.0.1"]],
  ["a file", "file:///etc/passwd", []],
  ["an address with a password", "https://user:secret@idp.example/metadata", ["20.190.151.9"]],
])("%s isn't fetched from unless private addresses are allowed", async (_, given, addresses) => {
  delete process.env.SSO_METADATA_PRIVATE;
  resetEnv();
  try {
    await expect(fetchMetadata(given, "", async () => addresses)).rejects.toMatchObject({ code: "metadata_address_refused" });
  } finally {
    process.env.SSO_METADATA_PRIVATE = "1";
    resetEnv();
  }
});

test("a redirect is followed, and checked as its target was", async () => {
  answer = (request, response) =>
    request.url === "/metadata" ? response.writeHead(302, { location: "/elsewhere" }).end() : response.writeHead(200, { etag: '"1"' }).end(metadata);
  expect(await fetchMetadata(address)).toEqual({ text: metadata, etag: '"1"' });
  answer = (_, response) => response.writeHead(302, { location: "ftp://idp.example/metadata" }).end();
  await expect(fetchMetadata(address)).rejects.toMatchObject({ code: "metadata_address_refused" });
  answer = (_, response) => response.writeHead(302, { location: "/metadata" }).end();
  await expect(fetchMetadata(address)).rejects.toMatchObject({ code: "metadata_unreachable", message: expect.stringContaining("more than 3 times") });
});

test("the connection goes to the address that was checked, not to what the name says a second time", async () => {
  const { port } = new URL(address);
  let lookups = 0;
  const resolve = async () => {
    lookups += 1;
    return ["127.0.0.1"];
  };
  expect((await fetchMetadata(`http://localhost:${port}/metadata`, "", resolve)).text).toBe(metadata);
  expect(lookups).toBe(1);
});

test.each<[string, RequestListener, string]>([
  ["answers an error", (_, response) => response.writeHead(500).end(), "it answers 500"],
  ["answers more than a mebibyte", serve("x".repeat(1024 * 1024 + 1)), "larger than 1 MiB"],
  ["hangs up", (request) => request.socket.destroy(), "can't be fetched"],
])("a server that %s is told as such", async (_, listener, reason) => {
  answer = listener;
  await expect(fetchMetadata(address)).rejects.toMatchObject({ code: "metadata_unreachable", status: 502, message: expect.stringContaining(reason) });
});

test("a new address is fetched when it is saved, and what it brought is shown", async () => {
  answer = serve(metadata, { etag: '"one"' });
  await updateSamlSettings(admin, { enabled: true, entityId: "fleet", idpName: "Entra ID", metadataUrl: address });
  const { facts, acsUrl } = await getSamlSettings(admin);
  expect(facts).toMatchObject({ source: "fetched", metadata: { entityId: issuerOf(tenantId) }, fetchedAt: clock.now(), failedAt: null, problem: "" });
  expect(acsUrl).toMatch(/\/api\/v1\/fleet\/sso\/callback$/);
  const activity = await admin.db.activity.findFirstOrThrow({ orderBy: { id: "desc" } });
  expect(activity).toMatchObject({
    type: "edited_saml_settings",
    details: { changed: { enabled: { from: false, to: true }, entity_id: { from: "", to: "fleet" }, metadata_url: { from: "", to: address } } },
  });
});

test("pasted metadata stands in the activities as a fingerprint", async () => {
  await updateSamlSettings(admin, { metadata });
  const activity = await admin.db.activity.findFirstOrThrow({ orderBy: { id: "desc" } });
  expect(activity.details).toEqual({ idp_name: "", changed: { metadata: { from: "", to: expect.stringMatching(/^sha256:[0-9a-f]{16}$/) } } });
});

test.each<[object, string[]]>([
  [{ enabled: true }, ["entityId", "idpName", "metadataUrl"]],
  [{ enabled: true, entityId: "fleet", idpName: "x", metadata: "<a/>" }, ["metadata"]],
  [{ metadataUrl: "ftp://idp.example/" }, ["metadataUrl"]],
  [{ metadataUrl: "http://idp.example/metadata" }, ["metadataUrl"]],
  [{ idpImageUrl: "http://idp.example/logo.png", serverUrl: "https://flotilla.example/path" }, ["idpImageUrl", "serverUrl"]],
  [{ defaultRole: "admin" }, ["defaultRole"]],
  [{ enabled: "yes", entityId: 5 }, ["enabled", "entityId"]],
])("settings %j are refused by their fields", async (patch, fields) => {
  const problem = (await updateSamlSettings(admin, patch).catch((error: unknown) => error)) as { code: string; status: number; fields: { field: string }[] };
  expect(problem).toMatchObject({ code: "sso_settings_invalid", status: 422 });
  expect(problem.fields.map(({ field }) => field)).toEqual(fields);
  expect((await getSamlSettings(admin)).enabled).toBe(false);
});

test("an address that brings nothing usable isn't saved", async () => {
  answer = serve("<html/>");
  await expect(updateSamlSettings(admin, { metadataUrl: address })).rejects.toMatchObject({ fields: [{ field: "metadataUrl" }] });
  expect((await getSamlSettings(admin)).metadataUrl).toBe("");
});

test("the copy is used for an hour, then asked about by its tag", async () => {
  answer = serve(metadata, { etag: '"one"' });
  await updateSamlSettings(admin, { metadataUrl: address });
  asked = [];
  clock.advance(59 * 60_000);
  await findIdpMetadata(admin);
  expect(asked).toEqual([]);
  answer = (_, response) => response.writeHead(304).end();
  clock.advance(60_000);
  expect((await findIdpMetadata(admin)).keys).toHaveLength(1);
  expect(asked).toEqual(['/metadata "one"']);
  expect((await stored()).fetchedAt).toEqual(clock.now());
});

test("when the provider is away, the last good copy stays in use, the failure is told, and it isn't asked more than once a minute", async () => {
  await updateSamlSettings(admin, { metadataUrl: address });
  answer = (_, response) => response.writeHead(503).end();
  clock.advance(2 * 3600_000);
  asked = [];
  expect((await findIdpMetadata(admin)).entityId).toBe(issuerOf(tenantId));
  clock.advance(59_000);
  await findIdpMetadata(admin, { refresh: true });
  expect(asked).toHaveLength(1);
  expect((await getSamlSettings(admin)).facts).toMatchObject({ source: "fetched", problem: expect.stringContaining("503") });
  clock.advance(1000);
  answer = serve("<EntityDescriptor/>");
  expect((await findIdpMetadata(admin)).entityId).toBe(issuerOf(tenantId));
  clock.advance(60_000);
  answer = serve(metadata);
  await findIdpMetadata(admin);
  expect((await getSamlSettings(admin)).facts.problem).toBe("");
});

test("many sign-ins at once wait for one fetch", async () => {
  await updateSamlSettings(admin, { metadataUrl: address });
  clock.advance(2 * 3600_000);
  asked = [];
  await Promise.all(Array.from({ length: 5 }, () => findIdpMetadata(admin)));
  expect(asked).toHaveLength(1);
});

test("an admin can have it fetched again and is told when that fails", async () => {
  await expect(refreshSamlMetadata(admin)).rejects.toMatchObject({ code: "metadata_address_missing" });
  await updateSamlSettings(admin, { metadataUrl: address });
  clock.advance(60_000);
  answer = serve(writeFederationMetadata({ tenantId, signInUrl, keys: [key, otherKey] }));
  await refreshSamlMetadata(admin);
  expect((await getSamlSettings(admin)).facts.metadata?.keys).toHaveLength(2);
  asked = [];
  await expect(refreshSamlMetadata(admin), "nothing was fetched, so nothing is said to be").rejects.toMatchObject({ code: "metadata_just_fetched" });
  expect(asked).toHaveLength(0);
  clock.advance(60_000);
  answer = (_, response) => response.writeHead(404).end();
  await expect(refreshSamlMetadata(admin)).rejects.toMatchObject({ code: "metadata_unreachable", message: expect.stringContaining("404") });
});

test("another address forgets the copy of the one before, and so does none", async () => {
  await updateSamlSettings(admin, { metadataUrl: address });
  await updateSamlSettings(admin, { metadataUrl: "", metadata });
  expect((await getSamlSettings(admin)).facts).toMatchObject({ source: "pasted", fetchedAt: null });
  expect((await stored()).fetchedMetadata).toBe("");
});

test("gitops reads and repeats the settings but can't change them; others don't even read them", async () => {
  await updateSamlSettings(admin, { entityId: "fleet" });
  const gitops = await testUserContext("gitops", clock);
  await updateSamlSettings(gitops, { entityId: "fleet" });
  await expect(updateSamlSettings(gitops, { entityId: "other" })).rejects.toMatchObject({ status: 403 });
  await expect(refreshSamlMetadata(gitops)).rejects.toMatchObject({ status: 403 });
  const maintainer = await testUserContext("maintainer", clock);
  await expect(getSamlSettings(maintainer)).rejects.toMatchObject({ status: 403 });
  await expect(updateSamlSettings(maintainer, {})).rejects.toMatchObject({ status: 403 });
});
