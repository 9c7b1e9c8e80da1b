import { expect, test } from "vitest";
import { readEntraClaims } from "./read-entra-claims";

const tenantId = "7d1c0f7e-2f0a-4a55-9a10-0a7f6e5d4c3b";
const expected = { directoryId: 3, issuer: `https://login.example/${tenantId}/v2.0`, clientId: "app", tenantId };
const claims = {
  iss: expected.issuer,
  aud: "app",
  tid: tenantId,
  oid: "3F7A1C52-0b9d-4e68-8a13-9c2d5e7f1a04",
  name: " Ada Byron ",
  preferred_username: "Ada@Aldergate.example",
};
const read = (change: Record<string, unknown> = {}) => readEntraClaims({ ...claims, ...change }, expected);

test("a member is known by tenant and object id, and by a sign-in name that the tenant vouches for", () => {
  expect(read()).toEqual({
    method: "oidc",
    directoryId: 3,
    subject: { tenantId, objectId: "3f7a1c52-0b9d-4e68-8a13-9c2d5e7f1a04" },
    email: "ada@aldergate.example",
    emailIsProof: true,
    name: "Ada Byron",
    attributes: [],
    appRoles: [],
    groups: [],
    groupsTruncated: false,
  });
});

const own = "ada@aldergate.example";
const mail = "ada.byron@mail.example";
test.each<[string, Record<string, unknown>, string, boolean]>([
  ["a confirmed mail goes before the sign-in name", { email: mail, xms_edov: true }, mail, true],
  ["confirmed as a number", { email: mail, xms_edov: 1 }, mail, true],
  ["confirmed as text", { email: mail, xms_edov: "true" }, mail, true],
  ["an unconfirmed mail doesn't", { email: mail }, own, true],
  ["nor one said not to be", { email: mail, xms_edov: false }, own, true],
  ["a guest's sign-in name proves nothing", { acct: 1 }, own, false],
  ["a member's does", { acct: 0 }, own, true],
  ["a guest's unconfirmed mail is shown", { acct: 1, email: mail }, mail, false],
  ["a guest's confirmed mail counts", { acct: 1, email: mail, xms_edov: true }, mail, true],
  ["another provider makes a guest", { idp: "live.com" }, own, false],
  ["the tenant's own provider doesn't", { idp: `https://sts.windows.net/${tenantId}/` }, own, true],
  ["a sign-in name that is no address falls back to the mail, unproven", { preferred_username: "ada", email: mail }, mail, false],
  ["no address at all", { preferred_username: undefined }, "", false],
  ["a letter that only looks like one of an address makes none", { preferred_username: "\u212Aim@aldergate.example" }, "", false],
  ["capital letters count for nothing", { preferred_username: "Ada@Aldergate.EXAMPLE" }, own, true],
  ["an address that is too long is none", { preferred_username: `${"a".repeat(250)}@aldergate.example` }, "", false],
])("%s", (_name, change, email, emailIsProof) => {
  expect(read(change)).toMatchObject({ email, emailIsProof });
});

test("without a name the address stands for it", () => {
  expect(read({ name: "  " }).name).toBe(own);
});

test("app roles and groups are read as they are", () => {
  expect(read({ roles: ["dt.global.observer"], groups: ["g1", "g2"] })).toMatchObject({
    appRoles: ["dt.global.observer"],
    groups: ["g1", "g2"],
    groupsTruncated: false,
  });
});

test.each([{ hasgroups: true }, { hasgroups: "true" }, { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "https://graph.example" } } }])(
  "a pointer in place of groups is said: %o",
  (change) => {
    expect(read(change).groupsTruncated).toBe(true);
  },
);

test("a pointer to something else isn't one to groups", () => {
  expect(read({ hasgroups: false, _claim_names: { src: "src1" } }).groupsTruncated).toBe(false);
});
