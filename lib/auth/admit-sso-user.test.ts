import { beforeEach, describe, expect, test } from "vitest";
import { createContext, type Context, type Role } from "../context";
import { getPrisma } from "../db/prisma";
import { entraAccountId, type SsoIdentity } from "../sso/sso-identity";
import { testClock } from "../testing/test-context";
import { admitSsoUser } from "./admit-sso-user";
import { findSession } from "./find-session";
import { startSession } from "./start-session";

const db = () => getPrisma();
const tenantId = "11111111-1111-4111-8111-111111111111";
const clock = testClock();
const visitor = (): Context => createContext({ kind: "nobody", address: "198.51.100.7" }, { now: clock.now });
let directoryId: number;
let people = 0;

beforeEach(async () => {
  await db().ssoRoleRule.deleteMany();
  await db().ssoDirectory.deleteMany();
  await db().activity.deleteMany();
  await db().user.deleteMany();
  const row = { slug: "microsoft-entra-id", name: "Aldergate", tenantId, clientId: "app", secretCiphertext: "sealed", enabledAt: clock.now() };
  directoryId = (await db().ssoDirectory.create({ data: row })).id;
});

function person(given: Partial<SsoIdentity> = {}): SsoIdentity {
  people += 1;
  const objectId = `22222222-2222-4222-8222-${String(people).padStart(12, "0")}`;
  const nothing = { attributes: [], appRoles: [], groups: [], groupsTruncated: false };
  const named = { email: `person-${people}@aldergate.example`, emailIsProof: true, name: `Person ${people}` };
  return { method: "oidc", directoryId, subject: { tenantId, objectId }, ...named, ...nothing, ...given };
}

async function madeUser(
  email: string,
  given: Partial<{ ssoEnabled: boolean; globalRole: Role; apiOnly: boolean; disabledAt: Date; passwordHash: string }> = {},
) {
  return db().user.create({ data: { email, name: "Made by hand", ssoEnabled: true, globalRole: "observer", ...given } });
}

const provisioning = (data: { jitProvisioning?: boolean; defaultRole?: string } = { jitProvisioning: true }) =>
  db().ssoDirectory.update({ where: { id: directoryId }, data });
const rule = (value: string, role: string, teamId: number | null = null, source = "app_role") =>
  db().ssoRoleRule.create({ data: { directoryId, source, value, role, teamId } });
const newTeam = async () => (await db().team.create({ data: { name: `Team ${Math.random()}` } })).id;
const activities = async (type: string) => (await db().activity.findMany({ where: { type }, orderBy: { id: "asc" } })).map((row) => ({ ...row, details: row.details as Record<string, unknown> })); // prettier-ignore

async function admitted(identity: SsoIdentity) {
  const admission = await admitSsoUser(visitor(), identity);
  if (admission.kind === "refused") throw new Error(`Refused: ${JSON.stringify((await activities("user_failed_login")).at(-1)?.details)}`);
  return admission.user;
}

async function refusedWith(identity: SsoIdentity) {
  const before = await db().user.findMany({ include: { accounts: true, teamRoles: true }, orderBy: { id: "asc" } });
  const admission = await admitSsoUser(visitor(), identity);
  expect(admission.kind).toBe("refused");
  if (admission.kind !== "refused") throw new Error("unreachable");
  expect(await db().user.findMany({ include: { accounts: true, teamRoles: true }, orderBy: { id: "asc" } })).toEqual(before);
  expect(await activities("user_logged_in")).toEqual([]);
  const told = (await activities("user_failed_login")).at(-1);
  expect(told).toMatchObject({ actorKind: "server", address: "198.51.100.7", details: { reference: admission.reference, status: admission.code } });
  expect(admission.reference).toMatch(/^[2-9A-HJ-NP-TV-Z]{8}$/);
  expect(Object.keys(admission).toSorted()).toEqual(["code", "kind", "reference"]);
  return { code: admission.code, reason: told?.details.code };
}

describe("who is let in", () => {
  test("a user made for single sign-on comes in by their address once, and is known by their object id from then on", async () => {
    const identity = person();
    const made = await madeUser(identity.email);
    expect(await admitted({ ...identity, email: identity.email.toUpperCase() })).toMatchObject({ id: made.id, globalRole: "observer" });
    expect(await db().account.findMany({ where: { userId: made.id } })).toMatchObject([
      { provider: "entra", providerAccountId: entraAccountId(identity.subject as never), access_token: null, refresh_token: null, id_token: null },
    ]);
    expect((await activities("linked_user_to_entra"))[0]).toMatchObject({ actorId: made.id, address: "198.51.100.7" });
    // Their address may change in Entra, or not be proof any more: the object id decides.
    expect((await admitted({ ...identity, email: "renamed@aldergate.example", emailIsProof: false })).id).toBe(made.id);
    expect(await activities("linked_user_to_entra")).toHaveLength(1);
    expect((await activities("user_logged_in")).map(({ actorId, details }) => ({ actorId, ...details }))).toEqual(
      [1, 2].map(() => ({ actorId: made.id, public_ip: "198.51.100.7", sign_in_method: "oidc", directory_id: directoryId, directory_name: "Aldergate" })),
    );
    expect(await db().user.findUnique({ where: { id: made.id } })).toMatchObject({ email: identity.email, lastSignedInAt: clock.now() });
  });

  test("upper and lower case of tenant and object id are one person, in either protocol", async () => {
    await db().samlSettings.upsert({ where: { id: 1 }, create: { id: 1, enabled: true, idpName: "Entra SAML" }, update: { enabled: true } });
    const objectId = "ABCDEF00-2222-4222-8222-ABCDEF000000";
    const identity = person({ subject: { tenantId: tenantId.toUpperCase(), objectId } });
    const made = await madeUser(identity.email);
    await admitted(identity);
    const bySaml = { ...identity, method: "saml" as const, directoryId: null, subject: { tenantId, objectId: objectId.toLowerCase() } };
    expect((await admitted(bySaml)).id).toBe(made.id);
    expect(await db().account.count()).toBe(1);
  });

  test("a SAML answer without an object id finds a user who has none, each time by the address", async () => {
    await db().samlSettings.upsert({ where: { id: 1 }, create: { id: 1, enabled: true, idpName: "IdP" }, update: { enabled: true } });
    const identity = person({ method: "saml", directoryId: null, subject: null });
    const made = await madeUser(identity.email);
    expect((await admitted(identity)).id).toBe(made.id);
    expect((await admitted(identity)).id).toBe(made.id);
    expect(await db().account.count()).toBe(0);
  });

  test("a name from elsewhere is stored as one plain line", async () => {
    await provisioning();
    expect(await admitted(person({ name: " Ada\r\n\tByron \u001b[2J\u202eadmin " }))).toMatchObject({ name: "Ada Byron [2J admin" });
    const nameless = person({ name: "\u0007 \n" });
    expect(await admitted(nameless)).toMatchObject({ name: nameless.email });
  });

  test("a letter of another alphabet that only looks like one of an address is another address, in either protocol", async () => {
    await db().samlSettings.upsert({ where: { id: 1 }, create: { id: 1, enabled: true, idpName: "IdP" }, update: { enabled: true } });
    await madeUser("kim@aldergate.example");
    const kelvin = "\u212Aim@aldergate.example";
    for (const given of [{}, { method: "saml" as const, directoryId: null, subject: null }]) {
      expect(await refusedWith(person({ ...given, email: kelvin }))).toEqual({ code: "error", reason: "email_missing" });
    }
  });

  test("a stranger is refused while provisioning is off", async () => {
    expect(await refusedWith(person())).toEqual({ code: "account_invalid", reason: "user_unknown" });
  });

  test("nobody comes in through a directory that is off, or isn't there, or through SAML while it is off", async () => {
    const identity = person();
    await madeUser(identity.email);
    await db().samlSettings.updateMany({ data: { enabled: false } });
    expect(await refusedWith({ ...identity, method: "saml", directoryId: null })).toEqual({ code: "org_disabled", reason: "sso_off" });
    await db().ssoDirectory.updateMany({ data: { enabledAt: null } });
    expect(await refusedWith(identity)).toEqual({ code: "org_disabled", reason: "sso_off" });
    expect(await refusedWith({ ...identity, directoryId: 999_999 })).toEqual({ code: "org_disabled", reason: "sso_off" });
  });

  test("a user with a password is never taken over by an address", async () => {
    const identity = person();
    await madeUser(identity.email, { ssoEnabled: false, globalRole: "admin", passwordHash: "hash" });
    await provisioning();
    expect(await refusedWith(identity)).toEqual({ code: "account_disabled", reason: "user_has_password" });
    expect(await db().account.count()).toBe(0);
  });

  test("a user switched back to a password isn't let in by their object id either", async () => {
    const identity = person();
    const made = await madeUser(identity.email);
    await admitted(identity);
    await db().activity.deleteMany();
    await db().user.update({ where: { id: made.id }, data: { ssoEnabled: false } });
    expect(await refusedWith(identity)).toEqual({ code: "account_disabled", reason: "user_has_password" });
  });

  test.each([
    { said: "disabled", given: { disabledAt: new Date("2026-01-01") }, reason: "user_disabled" },
    { said: "for programs alone", given: { apiOnly: true }, reason: "user_api_only" },
  ])("a user who is $said is refused, by address and by object id", async ({ given, reason }) => {
    const [first, second] = [person(), person()];
    await madeUser(first.email, given);
    const known = await madeUser(second.email);
    await admitted(second);
    await db().user.update({ where: { id: known.id }, data: given });
    await db().activity.deleteMany();
    await provisioning();
    expect(await refusedWith(first)).toEqual({ code: "account_disabled", reason });
    expect(await refusedWith(second)).toEqual({ code: "account_disabled", reason });
  });

  test("another person with the address of a known one is refused: other object id, other tenant, or none", async () => {
    const identity = person();
    await madeUser(identity.email, { globalRole: "admin" });
    await admitted(identity);
    await db().activity.deleteMany();
    await provisioning();
    const other = person({ email: identity.email });
    expect(await refusedWith(other)).toEqual({ code: "error", reason: "identity_differs" });
    const otherTenant = { tenantId: "33333333-3333-4333-8333-333333333333", objectId: identity.subject?.objectId ?? "" };
    expect(await refusedWith({ ...identity, subject: otherTenant })).toEqual({ code: "error", reason: "identity_differs" });
    expect(await refusedWith({ ...identity, subject: null })).toEqual({ code: "error", reason: "identity_missing" });
  });

  test("an address that proves nothing finds no user and makes none", async () => {
    await provisioning();
    const identity = person({ emailIsProof: false });
    expect(await refusedWith(identity)).toEqual({ code: "error", reason: "email_unproven" });
    await madeUser(identity.email, { globalRole: "admin" });
    expect(await refusedWith(identity)).toEqual({ code: "error", reason: "email_unproven" });
  });

  test.each(["", "   ", "not an address", `${"a".repeat(250)}@b.example`])("an unknown person with the address %j is refused", async (email) => {
    await provisioning();
    expect(await refusedWith(person({ email }))).toEqual({ code: "error", reason: "email_missing" });
  });
});

describe("provisioning", () => {
  test("adds an unknown person without a role, who can't use a password", async () => {
    await provisioning();
    const identity = person({ email: "New.Person@Aldergate.example" });
    const user = await admitted(identity);
    expect(user).toMatchObject({ email: "new.person@aldergate.example", globalRole: "none", teamRoles: [], ssoEnabled: true, hasPassword: false });
    expect((await activities("user_added_by_sso"))[0]).toMatchObject({
      actorId: user.id,
      address: "198.51.100.7",
      details: { user_email: "new.person@aldergate.example", directory_name: "Aldergate", global_role: null, roles_from: "default" },
    });
    expect((await admitted(identity)).id).toBe(user.id);
    expect(await activities("user_added_by_sso")).toHaveLength(1);
  });

  test("gives the default role, or what rules say, also on teams", async () => {
    await provisioning({ jitProvisioning: true, defaultRole: "observer" });
    expect(await admitted(person())).toMatchObject({ globalRole: "observer" });
    const teamId = await newTeam();
    await rule("it", "maintainer", teamId);
    expect(await admitted(person({ appRoles: ["it"] }))).toMatchObject({ globalRole: "none", teamRoles: [{ teamId, role: "maintainer" }] });
  });

  test("refuses and adds nobody when the roles can't be decided", async () => {
    await provisioning();
    await rule("group", "admin", null, "group");
    expect(await refusedWith(person({ groupsTruncated: true }))).toEqual({ code: "error", reason: "groups_left_out" });
    expect(await refusedWith(person({ attributes: [{ name: "FLEET_JIT_USER_ROLE_TEAM_4711", values: ["observer"] }] }))).toEqual({
      code: "error",
      reason: "role_team_unknown",
    });
  });

  test("two first sign-ins of one person at once make one user", async () => {
    await provisioning();
    const identity = person();
    const users = await Promise.all([1, 2, 3, 4].map(() => admitted(identity)));
    expect(new Set(users.map(({ id }) => id)).size).toBe(1);
    expect(await activities("user_added_by_sso")).toHaveLength(1);
    expect(await db().account.count()).toBe(1);
  });
});

describe("roles at each sign-in", () => {
  test("are replaced by what rules say now; sessions from before end", async () => {
    const teamId = await newTeam();
    await rule("it", "technician");
    await rule("site", "observer", teamId);
    const identity = person();
    const made = await madeUser(identity.email, { globalRole: "maintainer" });
    const session = await startSession(visitor(), made.id, { kind: "browser", userAgent: "", address: "" });
    expect(await admitted({ ...identity, appRoles: ["site"] })).toMatchObject({ globalRole: "none", teamRoles: [{ teamId, role: "observer" }] });
    expect(await findSession(visitor(), session.token, "browser")).toBeNull();
    expect((await activities("changed_user_team_role"))[0]?.details).toMatchObject({ changed: { role: { from: null, to: "observer" } } });
    expect((await activities("user_logged_in")).at(-1)?.details).toMatchObject({ roles_from: "rules" });
    expect(await admitted({ ...identity, appRoles: ["it"] })).toMatchObject({ globalRole: "technician", teamRoles: [] });
    expect(await db().userTeamRole.count({ where: { userId: made.id } })).toBe(0);
    // Leaving the group in Entra takes the role here.
    expect(await admitted(identity)).toMatchObject({ globalRole: "none", teamRoles: [] });
  });

  test("that stay the same end no session and leave no activity", async () => {
    await rule("it", "technician");
    const identity = person({ appRoles: ["it"] });
    const made = await madeUser(identity.email, { globalRole: "technician" });
    const session = await startSession(visitor(), made.id, { kind: "browser", userAgent: "", address: "" });
    await admitted(identity);
    expect(await findSession(visitor(), session.token, "browser")).toMatchObject({ userId: made.id });
    expect(await activities("changed_user_global_role")).toEqual([]);
    expect((await activities("user_logged_in"))[0]?.details).not.toHaveProperty("roles_from");
  });

  test("given by hand stay when neither rules nor attributes are in use", async () => {
    await provisioning({ jitProvisioning: true, defaultRole: "none" });
    const identity = person({ appRoles: ["anything"] });
    await madeUser(identity.email, { globalRole: "maintainer" });
    expect(await admitted(identity)).toMatchObject({ globalRole: "maintainer" });
  });

  test("can't take the last global admin's: they keep it, come in, and an activity says so", async () => {
    await rule("it", "observer");
    const identity = person({ appRoles: ["it"] });
    const made = await madeUser(identity.email, { globalRole: "admin" });
    expect(await admitted(identity)).toMatchObject({ id: made.id, globalRole: "admin" });
    expect((await activities("kept_last_global_admin"))[0]?.details).toMatchObject({ user_id: made.id, global_role: "observer", directory_name: "Aldergate" });
    await madeUser("another-admin@aldergate.example", { globalRole: "admin" });
    expect(await admitted(identity)).toMatchObject({ globalRole: "observer" });
  });

  test("of two last admins who sign in at once with lesser roles, one stays admin", async () => {
    await rule("it", "observer");
    const both = [person({ appRoles: ["it"] }), person({ appRoles: ["it"] })];
    for (const { email } of both) await madeUser(email, { globalRole: "admin" });
    await Promise.all(both.map(admitted));
    expect(await db().user.count({ where: { globalRole: "admin" } })).toBe(1);
  });

  test("a conflict refuses the sign-in and leaves the roles as they were", async () => {
    await rule("it", "admin");
    await rule("site", "observer", await newTeam());
    const identity = person({ appRoles: ["it", "site"] });
    await madeUser(identity.email, { globalRole: "maintainer" });
    expect(await refusedWith(identity)).toEqual({ code: "error", reason: "role_global_and_team" });
  });

  test("rules of another directory count for nothing", async () => {
    const other = await db().ssoDirectory.create({
      data: { slug: "second", name: "Second", tenantId: "other", clientId: "app", secretCiphertext: "sealed", enabledAt: clock.now() },
    });
    await db().ssoRoleRule.create({ data: { directoryId: other.id, source: "app_role", value: "it", role: "admin" } });
    await db().ssoRoleRule.create({ data: { directoryId: null, source: "app_role", value: "it", role: "admin" } });
    const identity = person({ appRoles: ["it"] });
    await madeUser(identity.email);
    expect(await admitted(identity)).toMatchObject({ globalRole: "observer" });
  });
});
