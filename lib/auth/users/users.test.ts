import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { Context, Role } from "../../context";
import { getPrisma } from "../../db/prisma";
import { testServerContext, testUserContext } from "../../testing/test-context";
import { hashPassword, verifyPassword } from "../password-hash";
import { findSession } from "../find-session";
import { signInWithPassword } from "../sign-in-with-password";
import { startSession } from "../start-session";
import { createApiToken } from "../tokens/create-api-token";
import { findApiToken } from "../tokens/find-api-token";
import { userActor } from "../user-actor";
import { createApiOnlyUser } from "./create-api-only-user";
import { createUser, type NewUser } from "./create-user";
import { deleteUser } from "./delete-user";
import { getUser } from "./get-user";
import { listUsers } from "./list-users";
import { updateApiOnlyUser } from "./update-api-only-user";
import { updateUser, type UserPatch } from "./update-user";

const password = "a brisk-9 north wind";
let admin: Context;
let names = 0;

beforeEach(async () => {
  admin = await testUserContext("admin");
});

const fresh = (): string => {
  names += 1;
  return `p${names}-${randomUUID().slice(0, 8)}`;
};
const newUser = (more: Partial<NewUser> = {}): NewUser => ({
  name: "Ines Marques",
  email: `${fresh()}@example.test`,
  password,
  globalRole: "observer",
  ...more,
});
const makeTeam = async () => (await getPrisma().team.create({ data: { name: `Team ${fresh()}` } })).id;
const stored = (id: number) => getPrisma().user.findUniqueOrThrow({ where: { id }, include: { teamRoles: true } });
const sessionOf = async (userId: number) =>
  (await startSession(testServerContext(), userId, { kind: "browser", userAgent: "test", address: "192.0.2.9" })).token;
const alive = async (token: string) => (await findSession(testServerContext(), token, "browser")) !== null;

async function activities(userId: number) {
  const rows = await getPrisma().activity.findMany({ where: { details: { path: ["user_id"], equals: userId } }, orderBy: { id: "asc" } });
  return rows.map(({ type, teamId, details }) => ({ type, teamId, details: details as Record<string, unknown> }));
}

test("a person with a password is stored in small letters, has to choose another, and leaves two activities without it", async () => {
  const email = `${fresh()}@Example.TEST`;
  const user = await createUser(admin, newUser({ email, name: "  Ines   Marques ", globalRole: "maintainer" }));
  expect(user).toMatchObject({ name: "Ines Marques", email: email.toLowerCase(), globalRole: "maintainer", mustResetPassword: true, hasPassword: true });
  expect(await verifyPassword((await stored(user.id)).passwordHash, password)).toBe(true);
  const left = await activities(user.id);
  expect(left.map(({ type }) => type)).toEqual(["created_user", "changed_user_global_role"]);
  expect(left[1]?.details).toMatchObject({ changed: { global_role: { from: null, to: "maintainer" } } });
  expect(JSON.stringify([left, user])).not.toMatch(/north wind|argon2/);
});

test("a user by single sign-on has no password, and an API-only user a token instead", async () => {
  const sso = await createUser(admin, newUser({ password: undefined, ssoEnabled: true }));
  expect(sso).toMatchObject({ ssoEnabled: true, hasPassword: false, mustResetPassword: false });
  const { user, token } = await createApiOnlyUser(admin, { name: "Nightly", globalRole: "gitops", routes: ["GET hosts"] });
  expect(user).toMatchObject({ apiOnly: true, apiRoutes: ["GET hosts"], hasPassword: false, email: expect.stringMatching(/@users\.invalid$/) });
  expect(await findApiToken(testServerContext(), token, "192.0.2.1")).toMatchObject({ userId: user.id, globalRole: "gitops", routes: ["GET hosts"] });
});

test.each<[string, Partial<NewUser>, string, string]>([
  ["without a name", { name: "  " }, "name", "expected a name"],
  ["with a name too long", { name: "x".repeat(256) }, "name", "at most 255"],
  ["with half an address", { email: "ines@" }, "email", "expected an e-mail address"],
  ["with a short password", { password: "short-1" }, "password", "at least 12"],
  ["with a password without a number", { password: "no number here!" }, "password", "number"],
  ["with a password without a symbol", { password: "nosymbol12345" }, "password", "symbol"],
  ["without a way in", { password: null }, "password", "single sign-on"],
  ["with a password and single sign-on", { ssoEnabled: true }, "password", "leave it out"],
  ["API-only with single sign-on", { apiOnly: true, ssoEnabled: true, password: null }, "sso_enabled", "API-only"],
  ["without any role", { globalRole: undefined }, "global_role", "choose"],
  ["with a global role and a team", { teamRoles: [{ teamId: 1, role: "observer" }] }, "global_role", "not both"],
  ["on No team", { globalRole: undefined, teamRoles: [{ teamId: 0, role: "observer" }] }, "teams.0.id", "No team"],
  ["on a team that isn't there", { globalRole: undefined, teamRoles: [{ teamId: 987_654, role: "observer" }] }, "teams.0.id", "was not found"],
])("a user %s is refused and named by its field", async (_name, more, field, reason) => {
  await expect(createUser(admin, newUser(more))).rejects.toMatchObject({ status: 422, fields: [{ field, reason: expect.stringContaining(reason) }] });
});

test.each(["Ada\u001b[2J", "Ada\u0007", "Ada \u202eadmin"])("a name that would drive a terminal or turn a line around is refused: %j", async (name) => {
  const refused = { code: "user_invalid", fields: [{ field: "name", reason: "may hold no control characters" }] };
  await expect(createUser(admin, newUser({ name }))).rejects.toMatchObject(refused);
});

test("a mail address has one user, however it is written", async () => {
  const { email } = await createUser(admin, newUser());
  await expect(createUser(admin, newUser({ email: ` ${email.toUpperCase()} ` }))).rejects.toMatchObject({ status: 409, code: "user_email_taken" });
  const other = await createUser(admin, newUser());
  await expect(updateUser(admin, other.id, { email })).rejects.toMatchObject({ status: 409, code: "user_email_taken" });
});

test.each<[string, Role, "team" | "none", UserPatch | "team", { global: Role; teams: number }]>([
  ["a global role takes the roles on teams away", "none", "team", { globalRole: "observer" }, { global: "observer", teams: 0 }],
  ["a role on a team takes the global role away", "observer", "none", "team", { global: "none", teams: 1 }],
  ["no global role and no teams leaves nothing", "observer", "none", { globalRole: null }, { global: "none", teams: 0 }],
  ["an empty list of teams takes them all away", "none", "team", { teamRoles: [] }, { global: "none", teams: 0 }],
  ["an empty list of teams leaves a global role", "maintainer", "none", { teamRoles: [] }, { global: "maintainer", teams: 0 }],
  ["what was read and is sent back changes nothing", "maintainer", "none", { globalRole: "maintainer", teamRoles: [] }, { global: "maintainer", teams: 0 }],
])("%s", async (_name, global, has, patch, after) => {
  const teamId = await makeTeam();
  const role = { teamId, role: "technician" as const };
  const user = await createUser(admin, newUser(has === "team" ? { globalRole: undefined, teamRoles: [role] } : { globalRole: global }));
  const changed = await updateUser(admin, user.id, patch === "team" ? { teamRoles: [role] } : patch);
  expect(changed).toMatchObject({ globalRole: after.global, teamRoles: after.teams ? [{ teamId, role: "technician" }] : [] });
  expect((await stored(user.id)).teamRoles).toHaveLength(after.teams);
});

test("a change of roles ends every session, is told per team with before and after, and leaves API tokens alive with the new role", async () => {
  const [one, two] = [await makeTeam(), await makeTeam()];
  const { user, token } = await createApiOnlyUser(admin, { name: "Robot", teamRoles: [{ teamId: one, role: "observer" }] });
  const session = await sessionOf(user.id);
  await updateUser(admin, user.id, {
    teamRoles: [
      { teamId: one, role: "maintainer" },
      { teamId: two, role: "observer" },
    ],
  });
  expect(await alive(session)).toBe(false);
  expect(await findApiToken(testServerContext(), token, "192.0.2.1")).toMatchObject({ teamRoles: { [one]: "maintainer", [two]: "observer" } });
  expect((await activities(user.id)).filter(({ type }) => type === "changed_user_team_role").slice(1)).toMatchObject([
    { teamId: one, details: { changed: { role: { from: "observer", to: "maintainer" } } } },
    { teamId: two, details: { changed: { role: { from: null, to: "observer" } } } },
  ]);
  await updateUser(admin, user.id, { teamRoles: [{ teamId: two, role: "observer" }] });
  expect((await activities(user.id)).at(-1)).toMatchObject({
    type: "deleted_user_team_role",
    teamId: one,
    details: { changed: { role: { from: "maintainer", to: null } } },
  });
});

test("a first global role revokes the tokens of the days on teams; another global role doesn't", async () => {
  const { user, token } = await createApiOnlyUser(admin, { name: "Promoted", teamRoles: [{ teamId: await makeTeam(), role: "observer" }] });
  expect(await findApiToken(testServerContext(), token, "192.0.2.1")).not.toBeNull();
  await updateUser(admin, user.id, { globalRole: "observer" });
  expect(await findApiToken(testServerContext(), token, "192.0.2.1")).toBeNull();
  const { token: next } = await createApiToken(admin, { userId: user.id, name: "next" });
  await updateUser(admin, user.id, { globalRole: "gitops" });
  expect(await findApiToken(testServerContext(), next, "192.0.2.1")).toMatchObject({ globalRole: "gitops" });
});

test("disabling ends sessions and tokens at once, answers a right password like a wrong one, and enabling lets back in", async () => {
  const user = await createUser(admin, newUser({ mustResetPassword: false }));
  const robot = await createApiOnlyUser(admin, { name: "Robot", globalRole: "observer" });
  const session = await sessionOf(user.id);
  await updateUser(admin, user.id, { disabled: true });
  await updateUser(admin, robot.user.id, { disabled: true });
  expect(await alive(session)).toBe(false);
  expect(await findApiToken(testServerContext(), robot.token, "192.0.2.1")).toBeNull();
  const attempt = { email: user.email, kind: "browser" as const, userAgent: "", address: "192.0.2.7" };
  const right = await signInWithPassword(testServerContext(), { ...attempt, password }).catch((error: Error) => error);
  const wrong = await signInWithPassword(testServerContext(), { ...attempt, password: "something-else 1" }).catch((error: Error) => error);
  expect(right).toMatchObject({ status: 401, code: "authentication_failed" });
  expect((right as Error).message).toBe((wrong as Error).message);
  await updateUser(admin, user.id, { disabled: false });
  expect((await signInWithPassword(testServerContext(), { ...attempt, password })).user.id).toBe(user.id);
  expect((await activities(user.id)).map(({ type }) => type).filter((type) => /abled/.test(type))).toEqual(["disabled_user", "enabled_user"]);
});

test("a deleted user's sessions and tokens are gone, and their activities stay", async () => {
  const { user, token } = await createApiOnlyUser(admin, { name: "Gone", globalRole: "observer" });
  const session = await sessionOf(user.id);
  await deleteUser(admin, user.id);
  expect(await alive(session)).toBe(false);
  expect(await findApiToken(testServerContext(), token, "192.0.2.1")).toBeNull();
  await expect(getUser(admin, user.id)).rejects.toMatchObject({ status: 404, code: "user_not_found" });
  expect((await activities(user.id)).at(-1)).toMatchObject({ type: "deleted_user", details: { user_name: "Gone" } });
});

test("a password that an admin gives has to be changed, ends sessions and open links, and isn't written down", async () => {
  const user = await createUser(admin, newUser({ mustResetPassword: false }));
  const session = await sessionOf(user.id);
  await getPrisma().passwordReset.create({ data: { tokenHash: randomUUID(), userId: user.id, via: "mail", expiresAt: new Date(Date.now() + 60_000) } });
  const after = await updateUser(admin, user.id, { newPassword: "another-2 strong wind" });
  expect(after.mustResetPassword).toBe(true);
  expect(await alive(session)).toBe(false);
  expect(await getPrisma().passwordReset.count({ where: { userId: user.id } })).toBe(0);
  const left = await activities(user.id);
  expect(left.at(-1)).toMatchObject({ type: "changed_user_password" });
  expect(JSON.stringify(left)).not.toContain("strong wind");
  await expect(updateUser(admin, user.id, { newPassword: "short" })).rejects.toMatchObject({ status: 422, fields: [{ field: "new_password" }] });
});

test("switching to single sign-on forgets the password, switching back needs one and forgets the Entra identity", async () => {
  const user = await createUser(admin, newUser());
  const session = await sessionOf(user.id);
  expect(await updateUser(admin, user.id, { ssoEnabled: true })).toMatchObject({ ssoEnabled: true, hasPassword: false, mustResetPassword: false });
  expect((await stored(user.id)).passwordHash).toBeNull();
  expect(await alive(session)).toBe(false);
  await getPrisma().account.create({ data: { userId: user.id, type: "oidc", provider: "entra", providerAccountId: `tenant/${user.id}` } });
  await expect(updateUser(admin, user.id, { newPassword: password })).rejects.toMatchObject({ fields: [{ field: "new_password" }] });
  await expect(updateUser(admin, user.id, { ssoEnabled: false })).rejects.toMatchObject({ status: 422, fields: [{ field: "new_password" }] });
  expect(await updateUser(admin, user.id, { ssoEnabled: false, newPassword: password })).toMatchObject({ ssoEnabled: false, hasPassword: true });
  expect(await getPrisma().account.count({ where: { userId: user.id } })).toBe(0);
  const robot = await createApiOnlyUser(admin, { name: "Robot", globalRole: "observer" });
  await expect(updateUser(admin, robot.user.id, { ssoEnabled: true })).rejects.toMatchObject({ fields: [{ field: "sso_enabled" }] });
});

test("tokens made in the days of one way to sign in don't outlast it: the next person let in needn't be who made them", async () => {
  const user = await createUser(admin, newUser());
  const asThem: Context = { ...admin, actor: userActor({ ...user, teamRoles: [] }, "192.0.2.1", { sessionId: "s" }) };
  const planted = await createApiToken(asThem, { userId: user.id, name: "Planted" });
  await updateUser(admin, user.id, { name: "Renamed", email: `${fresh()}@example.test` });
  expect(await findApiToken(admin, planted.token, "192.0.2.1")).not.toBeNull();
  await updateUser(admin, user.id, { ssoEnabled: true });
  expect(await findApiToken(admin, planted.token, "192.0.2.1")).toBeNull();
  const again = await createApiToken(asThem, { userId: user.id, name: "Again" });
  await updateUser(admin, user.id, { ssoEnabled: false, newPassword: password });
  expect(await findApiToken(admin, again.token, "192.0.2.1")).toBeNull();
});

async function me(more: Partial<{ role: Role; ssoEnabled: boolean }> = {}): Promise<{ ctx: Context; id: number; session: string }> {
  const ctx = await testUserContext(more.role ?? "observer");
  const id = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  await getPrisma().user.update({
    where: { id },
    data: { passwordHash: more.ssoEnabled ? null : await hashPassword(password), ssoEnabled: more.ssoEnabled ?? false },
  });
  const session = await sessionOf(id);
  const sessionId = (await getPrisma().session.findFirstOrThrow({ where: { userId: id } })).id;
  return { ctx: { ...ctx, actor: { ...ctx.actor, sessionId } as Context["actor"] }, id, session };
}

test("people change their own name and settings freely, their own address and password with the present one", async () => {
  const { ctx, id, session } = await me();
  const other = await sessionOf(id);
  expect(await updateUser(ctx, id, { name: "New Name", settings: { hidden_host_columns: ["os"] } })).toMatchObject({ name: "New Name" });
  const refused = { status: 422, code: "current_password_wrong", fields: [{ field: "password" }] };
  await expect(updateUser(ctx, id, { email: `${fresh()}@example.test` })).rejects.toMatchObject(refused);
  await expect(updateUser(ctx, id, { newPassword: "another-2 strong wind", currentPassword: "not mine at-1" })).rejects.toMatchObject(refused);
  await updateUser(ctx, id, { newPassword: "another-2 strong wind", currentPassword: password });
  expect([await alive(session), await alive(other)], "the session that did it stays").toEqual([true, false]);
  expect((await getUser(ctx, id)).mustResetPassword).toBe(false);
  await updateUser(ctx, id, { email: `${fresh()}@example.test`, currentPassword: "another-2 strong wind" });
});

test("who signs in by single sign-on can't give themselves a password", async () => {
  const { ctx, id } = await me({ role: "admin", ssoEnabled: true });
  await expect(updateUser(ctx, id, { ssoEnabled: false, newPassword: password })).rejects.toMatchObject({ code: "current_password_wrong" });
});

test.each<[string, UserPatch]>([
  ["their role", { globalRole: "admin" }],
  ["single sign-on", { ssoEnabled: true }],
  ["whether they are disabled", { disabled: true }],
  ["a forced new password", { mustResetPassword: true }],
])("an observer can't change %s, of themselves or of others", async (_what, patch) => {
  const { ctx, id } = await me();
  const other = await createUser(admin, newUser());
  await expect(updateUser(ctx, id, patch)).rejects.toMatchObject({ status: 403, code: "permission_denied" });
  await expect(updateUser(ctx, other.id, patch)).rejects.toMatchObject({ status: 403, code: "permission_denied" });
  await expect(updateUser(ctx, other.id, { name: "x" })).rejects.toMatchObject({ status: 403 });
});

test("nobody disables or deletes their own user, or sets another's page settings", async () => {
  const { ctx, id } = await me({ role: "admin" });
  await getPrisma().user.create({ data: { email: `${fresh()}@example.test`, globalRole: "admin", passwordHash: "stored" } });
  await expect(deleteUser(ctx, id)).rejects.toMatchObject({ status: 409, code: "own_user" });
  await expect(updateUser(ctx, id, { disabled: true })).rejects.toMatchObject({ status: 409, code: "own_user" });
  const other = await createUser(ctx, newUser());
  await expect(updateUser(ctx, other.id, { settings: { hidden_host_columns: [] } })).rejects.toMatchObject({ status: 403 });
});

test("an API-only user's routes change by themselves, and a person has none", async () => {
  const { user } = await createApiOnlyUser(admin, { name: "Robot", globalRole: "observer", routes: ["GET hosts"] });
  expect(await updateApiOnlyUser(admin, user.id, { routes: ["GET labels"], name: "Robot 2" })).toMatchObject({ apiRoutes: ["GET labels"], name: "Robot 2" });
  expect(await updateApiOnlyUser(admin, user.id, { routes: null })).toMatchObject({ apiRoutes: null });
  expect((await activities(user.id)).at(-1)).toMatchObject({
    type: "edited_user",
    details: { changed: { api_endpoints: { from: ["GET labels"], to: null } } },
  });
  const person = await createUser(admin, newUser());
  await expect(updateApiOnlyUser(admin, person.id, { routes: null })).rejects.toMatchObject({ status: 422, code: "not_api_only" });
});

test("an API-only admin can't take their own limits away", async () => {
  const { user, token } = await createApiOnlyUser(admin, { name: "Robot", globalRole: "admin", routes: ["PATCH users/api_only/:id"] });
  const actor = await findApiToken(testServerContext(), token, "192.0.2.1");
  const robot = { ...testServerContext(), actor: actor as NonNullable<typeof actor> };
  await expect(updateApiOnlyUser(robot, user.id, { routes: null })).rejects.toMatchObject({ status: 403, code: "own_routes" });
  expect((await stored(user.id)).apiRoutes).toEqual(["PATCH users/api_only/:id"]);
});

test("a caller who may call some routes only lets no program call others", async () => {
  const routes = ["POST users/api_only", "PATCH users/api_only/:id", "POST users/:id/api_tokens", "GET hosts"] as const;
  const robot = await createApiOnlyUser(admin, { name: "Robot", globalRole: "admin", routes });
  const actor = await findApiToken(admin, robot.token, "192.0.2.1");
  const narrow: Context = { ...admin, actor: actor ?? admin.actor };
  const beyond = { status: 403, code: "routes_beyond_yours" };
  await expect(createApiOnlyUser(narrow, { name: "Wide", globalRole: "admin" })).rejects.toMatchObject(beyond);
  await expect(createApiOnlyUser(narrow, { name: "Wide", globalRole: "admin", routes: ["DELETE users/:id"] })).rejects.toMatchObject(beyond);
  const made = await createApiOnlyUser(narrow, { name: "Narrow", globalRole: "admin", routes: ["GET hosts"] });
  for (const wider of [null, ["GET hosts", "DELETE users/:id"] as const]) {
    await expect(updateApiOnlyUser(narrow, made.user.id, { routes: wider })).rejects.toMatchObject(beyond);
  }
  await updateApiOnlyUser(narrow, made.user.id, { routes: ["POST users/api_only"] });
  const wide = await createApiOnlyUser(admin, { name: "Wide already", globalRole: "admin" });
  await expect(createApiToken(narrow, { userId: wide.user.id, name: "Borrowed" })).rejects.toMatchObject(beyond);
  await expect(createApiToken(narrow, { userId: wide.user.id, name: "Borrowed", routes: ["GET teams"] })).rejects.toMatchObject(beyond);
  await createApiToken(narrow, { userId: wide.user.id, name: "Own reach", routes: ["GET hosts"] });
});

test("the list is narrowed by text, role, team, kind and state, ordered and paged, with its whole count", async () => {
  const mark = fresh();
  const teamId = await makeTeam();
  const make = (name: string, more: Partial<NewUser> = {}) => createUser(admin, newUser({ name: `${mark} ${name}`, ...more }));
  const a = await make("100%_a");
  const b = await make("b", { globalRole: undefined, teamRoles: [{ teamId, role: "technician" }] });
  const c = await make("c", { password: null, ssoEnabled: true, globalRole: "technician" });
  const { user: d } = await createApiOnlyUser(admin, { name: `${mark} d`, globalRole: "gitops" });
  await updateUser(admin, a.id, { disabled: true });
  const ids = async (filter: Parameters<typeof listUsers>[1], order?: Parameters<typeof listUsers>[2]) =>
    (await listUsers(admin, { query: mark, ...filter }, order)).users.map(({ id }) => id);
  expect(await ids({})).toEqual([a.id, b.id, c.id, d.id]);
  expect(await ids({ query: `${mark} 100%_` })).toEqual([a.id]);
  expect(await ids({ query: `${mark.slice(0, -1)}_` }), "an underscore is no wildcard").toEqual([]);
  expect(await ids({ query: b.email })).toEqual([b.id]);
  expect(await ids({ role: "technician" })).toEqual([b.id, c.id]);
  expect(await ids({ teamId })).toEqual([b.id]);
  expect(await ids({ teamId, role: "observer" })).toEqual([]);
  expect(await ids({ kind: "password" })).toEqual([a.id, b.id]);
  expect(await ids({ kind: "sso" })).toEqual([c.id]);
  expect(await ids({ kind: "api" })).toEqual([d.id]);
  expect(await ids({ status: "disabled" })).toEqual([a.id]);
  expect(await ids({ status: "active" })).toEqual([b.id, c.id, d.id]);
  expect(await ids({}, { orderKey: "id", direction: "desc" })).toEqual([d.id, c.id, b.id, a.id]);
  expect(await ids({}, { orderKey: "id", after: b.id })).toEqual([c.id, d.id]);
  const page = await listUsers(admin, { query: mark }, { page: 1, perPage: 3 });
  expect([page.users.map(({ id }) => id), page.count]).toEqual([[d.id], 4]);
  await expect(listUsers(await testUserContext("maintainer"))).rejects.toMatchObject({ status: 403 });
});
