import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { resetEnv } from "@/lib/env";
import { cloudNames, cloudProfile, hasCustomCloud, isPartnerAddress, preselectedCloud } from "./clouds";
import { connectionErrorCodes } from "./connection-state";
import { connectionText } from "./connection-texts";
import { redact, redactedExcerpt, redactedPath } from "./redact";
import { missingRoles, permissionChecklist, requiredRoles } from "./required-roles";
import { retryAfterMs } from "./retry-after";
import { tokenErrorHint } from "./token-error-hint";

const addresses = {
  MICROSOFT_LOGIN_URL: "https://localhost:9443",
  MICROSOFT_GRAPH_URL: "https://localhost:9444/",
  MICROSOFT_INTUNE_RESOURCE: "https://localhost:9445",
};
afterEach(() => {
  for (const name of Object.keys(addresses)) delete process.env[name];
  resetEnv();
});

test("custom is preselected exactly when its three addresses are set, and normalises their slashes", () => {
  expect(preselectedCloud()).toBe("global");
  expect(() => cloudProfile("custom")).toThrow(/MICROSOFT_LOGIN_URL/);
  Object.assign(process.env, addresses);
  resetEnv();
  expect(hasCustomCloud()).toBe(true);
  expect(preselectedCloud()).toBe("custom");
  expect(cloudProfile("custom")).toMatchObject({
    loginUrl: "https://localhost:9443",
    graphUrl: "https://localhost:9444",
    intuneResource: "https://localhost:9445/",
    requiresPublicHttps: false,
  });
});

test("every real cloud has https origins without a slash, an Intune resource with one, and needs a public https address", () => {
  for (const name of cloudNames.filter((each) => each !== "custom")) {
    const profile = cloudProfile(name);
    for (const url of [profile.loginUrl, profile.graphUrl]) expect(new URL(url).origin).toBe(url);
    expect(profile.intuneResource).toMatch(/^https:\/\/.*\/$/);
    expect(profile.requiresPublicHttps).toBe(true);
    expect(isPartnerAddress(profile, `https://fef.msub01${profile.partnerHosts[0]}/x`)).toBe(true);
  }
  expect(() => cloudProfile("moon")).toThrow(/Expected one of/);
});

test.each([
  ["https://fef.msub01.manage.microsoft.com/PartnerTenantDataSyncService", true],
  ["http://fef.msub01.manage.microsoft.com/x", false],
  ["https://manage.microsoft.com.evil.example/x", false],
  ["https://evilmanage.microsoft.com/x", false],
  ["https://a.manage.microsoft.com:8443/x", false],
  ["https://user:word@a.manage.microsoft.com/x", false],
  ["https://evil.example/?a.manage.microsoft.com", false],
  ["https://169.254.169.254/latest", false],
  ["nonsense", false],
])("a token of the global cloud may go to %s: %s", (address, allowed) => {
  expect(isPartnerAddress(cloudProfile("global"), address)).toBe(allowed);
});

test("the custom cloud trusts the hosts of its three addresses alone, ports included", () => {
  Object.assign(process.env, addresses);
  resetEnv();
  expect(isPartnerAddress(cloudProfile("custom"), "https://localhost:9445/x")).toBe(true);
  expect(isPartnerAddress(cloudProfile("custom"), "https://localhost:9999/x")).toBe(false);
});

test("Microsoft's host names stand in clouds.ts alone", () => {
  const named = /login\.microsoftonline|graph\.microsoft\.(com|us)|manage\.microsoft/;
  const files = readdirSync(__dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "clouds.ts");
  expect(files.filter((name) => named.test(readFileSync(join(__dirname, name), "utf8")))).toEqual([]);
});

test("tokens, secrets and people's addresses are taken out of what is kept", () => {
  const text = `{"access_token":"abc.def","error":"eyJhbGciOi.eyJzdWIi.sig"} Bearer xyz client_secret=hush&x=1 for o'neill#EXT#@contoso.onmicrosoft.com`;
  expect(redact(text)).not.toMatch(/abc|eyJ|xyz|hush|contoso/);
  expect(redactedExcerpt("a".repeat(900))).toHaveLength(301);
  expect(redactedPath("https://graph.example/v1.0/users('anna@contoso.com')?$select=id")).toBe("graph.example/v1.0/users/[removed]");
  expect(redactedPath("https://graph.example/v1.0/users/anna@contoso.com")).not.toContain("anna");
});

test.each([
  ["7", 7_000],
  ["1.5", 1_500],
  ["Mon, 02 Mar 2026 09:00:30 GMT", 30_000],
  ["Mon, 02 Mar 2026 08:00:00 GMT", 0],
  ["99999999", 3_600_000],
  ["soon", undefined],
  ["", undefined],
])("Retry-After %s means %s ms", (header, ms) => {
  expect(retryAfterMs(header, new Date("2026-03-02T09:00:00Z"))).toBe(ms);
});

test.each([
  ["AADSTS700016: Application not found", "app_not_in_tenant"],
  ["AADSTS7000215: Invalid client secret", "credential_invalid"],
  ["AADSTS7000222: expired", "credential_expired"],
  ["AADSTS700027: certificate", "credential_invalid"],
  ["AADSTS700024: clock", "credential_invalid"],
  ["AADSTS90002: tenant", "invalid_tenant"],
  ["AADSTS65001: consent", "app_not_in_tenant"],
  ["AADSTS99999: something new", "credential_invalid"],
  ["no code at all", "credential_invalid"],
])("%s is told as %s", (text, code) => {
  expect(tokenErrorHint(text).code).toBe(code);
});

test("one of a permission's names is enough, and the optional one is never missing", () => {
  const all = requiredRoles.map(({ names }) => names[0]);
  expect(missingRoles(all)).toEqual([]);
  expect(missingRoles(all.filter((name) => !name.startsWith("DeviceManagement")))).toEqual([]);
  expect(missingRoles(all.map((name) => (name === "GroupMember.Read.All" ? "Group.Read.All" : name)))).toEqual([]);
  expect(missingRoles([])).toHaveLength(requiredRoles.length - 1);
  expect(permissionChecklist(["Device.ReadWrite.All"]).find(({ granted }) => granted)?.name).toBe("Device.ReadWrite.All");
});

test.each(connectionErrorCodes)("%s has a title, a sentence, an explanation, numbered remedies and something to press", (code) => {
  for (const connectedAt of [null, new Date()]) {
    const written = connectionText(code, { cloud: "global", tenantId: "t", credentialKind: "secret", groupName: "", errorDetail: {}, connectedAt });
    for (const text of [written.title, written.sentence, written.explanation, ...written.fix]) {
      expect(text.length).toBeGreaterThan(10);
      expect(text).not.toMatch(/undefined|!|\bplease\b|oops/i);
      expect((text.match(/\*/g) ?? []).length % 2).toBe(0);
    }
    expect(written.fix.length).toBeGreaterThan(0);
    expect(written.remedies.length).toBeGreaterThan(0);
  }
});
