import { expect, test } from "vitest";
import { isForeignForm } from "./same-origin";

const host = "flotilla.example.com:8443";
const foreign = (headers: Record<string, string>, { method = "POST", path = "/sign-in" } = {}) =>
  isForeignForm(method, path, new Headers({ host, ...headers }));

test.each<[string, Record<string, string>]>([
  ["another site", { origin: "https://attacker.example" }],
  ["a name below ours", { origin: "https://evil.flotilla.example.com:8443" }],
  ["a name above ours", { origin: "https://example.com:8443" }],
  ["a name that only begins like ours", { origin: "https://flotilla.example.com.attacker.example:8443" }],
  ["another port", { origin: "https://flotilla.example.com" }],
  ["a sandboxed page", { origin: "null" }],
  ["a page that hides where it is", {}],
  ["something that is no origin", { origin: "flotilla.example.com:8443" }],
  ["a sibling, by fetch metadata", { "sec-fetch-site": "same-site" }],
  ["nowhere, by fetch metadata", { "sec-fetch-site": "none" }],
  ["another site whose fetch metadata lies", { origin: "https://attacker.example", "sec-fetch-site": "same-origin" }],
])("a form of %s is foreign", (_case, headers) => {
  expect(foreign(headers)).toBe(true);
});

test.each<[string, Record<string, string>]>([
  ["by its origin", { origin: `https://${host}` }],
  ["whatever the case of the host", { host: "Flotilla.Example.com:8443", origin: "https://flotilla.example.com:8443" }],
  ["by fetch metadata, where no origin is sent", { "sec-fetch-site": "same-origin" }],
  ["behind a proxy that names the host", { host: "10.0.0.7:3000", "x-forwarded-host": host, origin: `https://${host}` }],
])("a form of ours is known %s", (_case, headers) => {
  expect(foreign(headers)).toBe(false);
});

test("every method that may write is asked, on every page, and nothing but pages", () => {
  const attack = { origin: "https://attacker.example" };
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "MADE-UP"]) expect(foreign(attack, { method, path: "/hosts/1" }), method).toBe(true);
  for (const method of ["GET", "HEAD", "OPTIONS"]) expect(foreign(attack, { method }), method).toBe(false);
  for (const path of ["/api/v1/fleet/sso/callback", "/api/osquery/enroll", "/device/a-token/check"]) expect(foreign(attack, { path }), path).toBe(false);
  for (const path of ["/apis", "/devices", "/", "/users/new"]) expect(foreign(attack, { path }), path).toBe(true);
});
