import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { routeId } from "@/lib/auth/access/catalogue";
import { hashPassword } from "@/lib/auth/password-hash";
import { startSession } from "@/lib/auth/start-session";
import type { Context } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { callRoute, tokenOf, type RouteAnswer } from "@/lib/testing/rest-call";
import { testTeamUserContext } from "@/lib/testing/test-context";
import * as login from "../login/route";
import * as me from "../me/route";
import * as teamUsers from "../teams/[id]/users/route";
import * as apiOnlyOne from "./api_only/[id]/route";
import * as apiOnly from "./api_only/route";
import * as one from "./[id]/route";
import * as userAdmin from "./admin/route";
import * as roleSpec from "./roles/spec/route";
import * as users from "./route";

const password = "a brisk-9 north wind";
let admin: string;
let teamId: number;
let teamName: string;

beforeAll(async () => {
  await getPrisma().organisation.update({ where: { id: 1 }, data: { setUpAt: new Date() } });
  admin = await tokenOf("admin");
  teamName = `Team ${randomUUID()}`;
  teamId = (await getPrisma().team.create({ data: { name: teamName, description: "Those who build" } })).id;
});

type Json = Record<string, unknown> & { id: number; email: string };
const mail = () => `${randomUUID()}@example.test`;
const userOf = (answer: RouteAnswer) => answer.body.user as Json;
const add = async (more: object = {}) =>
  callRoute(userAdmin.POST, { token: admin, body: { name: "Ines Marques", email: mail(), password, global_role: "observer", ...more } });
const patch = (id: number, body: object, token = admin) => callRoute(one.PATCH, { method: "PATCH", params: { id: String(id) }, body, token });

async function bearer(ctx: Context): Promise<string> {
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  return (await startSession({ ...ctx, now: () => new Date() }, userId, { kind: "api", userAgent: "", address: "127.0.0.1" })).token;
}

test("a made user comes with every field clients read, with both names of teams, and without a secret", async () => {
  const answer = await add({ global_role: null, teams: [{ id: teamId, role: "maintainer" }] });
  expect(answer.status).toBe(200);
  const item = { id: teamId, name: teamName, description: "Those who build", role: "maintainer" };
  expect(userOf(answer)).toEqual({
    id: expect.any(Number),
    name: "Ines Marques",
    email: expect.stringMatching(/@example\.test$/),
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
    force_password_reset: true,
    gravatar_url: "",
    sso_enabled: false,
    mfa_enabled: false,
    api_only: false,
    global_role: null,
    teams: [item],
    fleets: [item],
    disabled: false,
    last_signed_in_at: null,
  });
  expect(answer.body).not.toHaveProperty("token");
});

test("both names of teams are taken, and both at once refused", async () => {
  const made = userOf(await add({ global_role: undefined, fleets: [{ id: teamId, role: "observer" }] }));
  expect(made.fleets).toMatchObject([{ id: teamId, role: "observer" }]);
  expect(await add({ teams: [], fleets: [] })).toMatchObject({ status: 400, body: { code: "alias_conflict" } });
});

test("a list has count and meta, is searched, narrowed to a team and ordered", async () => {
  const mark = randomUUID().slice(0, 8);
  const ids = [];
  for (const name of ["a", "b", "c"])
    ids.push(userOf(await add({ name: `${mark} ${name}`, ...(name === "b" && { global_role: null, teams: [{ id: teamId, role: "observer" }] }) })).id);
  const list = async (query: string) => {
    const { body } = await callRoute(users.GET, { token: admin, query });
    return { ids: (body.users as Json[]).map(({ id }) => id), count: body.count, meta: body.meta };
  };
  expect(await list(`query=${mark}&page=0&per_page=2`)).toEqual({
    ids: ids.slice(0, 2),
    count: 3,
    meta: { has_next_results: true, has_previous_results: false },
  });
  expect((await list(`query=${mark}&order_key=id&order_direction=desc`)).ids).toEqual(ids.toReversed());
  expect((await list(`query=${mark}&order_key=id&after=${ids[0]}`)).ids).toEqual(ids.slice(1));
  expect((await list(`query=${mark}&fleet_id=${teamId}`)).ids).toEqual([ids[1]]);
  for (const query of ["order_key=password_hash", "order_key=created_at&after=soon", "order_key=id&after=9e99", "team_id=x"]) {
    expect(await callRoute(users.GET, { token: admin, query }), query).toMatchObject({ status: 400, body: { code: "bad_parameter" } });
  }
});

test("one user comes with the teams to choose from, and with page settings when asked", async () => {
  const { id } = userOf(await add({ global_role: null, teams: [{ id: teamId, role: "observer" }] }));
  const { body } = await callRoute(one.GET, { token: admin, params: { id: String(id) }, query: "include_ui_settings=1" });
  expect(body).toMatchObject({ user: { id }, available_teams: [{ id: teamId }], available_fleets: [{ id: teamId }], settings: { hidden_host_columns: [] } });
});

test("sign-in and me tell a user's roles and the teams they may see", async () => {
  const made = userOf(await add({ global_role: null, teams: [{ id: teamId, role: "observer" }], admin_forced_password_reset: false }));
  const signedIn = await callRoute(login.POST, { token: null, body: { email: made.email, password } });
  expect(signedIn).toMatchObject({
    status: 200,
    body: { user: { id: made.id, teams: [{ id: teamId, role: "observer" }] }, available_teams: [{ id: teamId, name: teamName }] },
  });
  const mine = await callRoute(me.GET, { token: String(signedIn.body.token) });
  expect(mine.body).toMatchObject({ user: { id: made.id, fleets: [{ id: teamId, role: "observer" }] }, available_teams: [{ id: teamId, name: teamName }] });
  expect((mine.body.available_teams as object[]).length).toBe(1);
});

test("a patch changes what it names and answers the user", async () => {
  const { id } = userOf(await add());
  expect(await patch(id, { name: "Tomasz", email: mail(), teams: [{ id: teamId, role: "technician", name: teamName }] })).toMatchObject({
    status: 200,
    body: { user: { id, name: "Tomasz", global_role: null, teams: [{ id: teamId, role: "technician" }] } },
  });
  expect(userOf(await patch(id, { global_role: "maintainer" }))).toMatchObject({ global_role: "maintainer", teams: [] });
  expect(userOf(await patch(id, { sso_enabled: true }))).toMatchObject({ sso_enabled: true, force_password_reset: false });
  expect(userOf(await patch(id, { disabled: true }))).toMatchObject({ disabled: true });
  expect(await callRoute(one.DELETE, { method: "DELETE", token: admin, params: { id: String(id) } })).toMatchObject({ status: 200, body: {} });
  expect((await callRoute(one.GET, { token: admin, params: { id: String(id) } })).status).toBe(404);
});

test("people change their own password with the present one, and nobody else's anything", async () => {
  const made = userOf(await add({ admin_forced_password_reset: false }));
  const token = String((await callRoute(login.POST, { token: null, body: { email: made.email, password } })).body.token);
  expect(await patch(made.id, { new_password: "another-2 strong wind" }, token)).toMatchObject({ status: 422, body: { errors: [{ name: "password" }] } });
  expect((await patch(made.id, { new_password: "another-2 strong wind", password, settings: { hidden_host_columns: ["os"] } }, token)).status).toBe(200);
  expect((await callRoute(me.GET, { token, query: "include_ui_settings=1" })).body.settings).toEqual({ hidden_host_columns: ["os"] });
  expect((await patch(made.id, { global_role: "admin" }, token)).status).toBe(403);
  expect((await patch(userOf(await add()).id, { name: "x" }, token)).status).toBe(403);
});

test("an API-only user gets its token once; its routes come as pairs or numbers, null clears them and an empty list is refused", async () => {
  const made = await callRoute(apiOnly.POST, {
    token: admin,
    body: { name: "Nightly", fleets: [{ id: teamId, role: "observer" }], api_endpoints: [{ method: "GET", path: "/api/v1/fleet/me" }, routeId("GET hosts")] },
  });
  expect(made).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^flt_/), user: { api_only: true, sso_enabled: false } } });
  const user = userOf(made);
  expect(user.api_endpoints).toHaveLength(2);
  expect(user.api_endpoints).toContainEqual({ method: "GET", path: "/api/v1/fleet/hosts" });
  const token = String(made.body.token);
  expect((await callRoute(me.GET, { token })).status).toBe(200);
  expect(await callRoute(users.GET, { token })).toMatchObject({ status: 403, body: { code: "token_out_of_scope" } });
  const change = (body: object) => callRoute(apiOnlyOne.PATCH, { method: "PATCH", token: admin, params: { id: String(user.id) }, body });
  expect(userOf(await change({ name: "Nightly 2" }))).toMatchObject({ name: "Nightly 2", api_endpoints: [{}, {}] });
  expect(userOf(await change({ api_endpoints: null })).api_endpoints).toBeNull();
  expect(await change({ api_endpoints: [] })).toMatchObject({ status: 422, body: { errors: [{ name: "api_endpoints" }] } });
  expect(await change({ api_endpoints: [{ method: "GET", path: "/nowhere" }] })).toMatchObject({
    status: 422,
    body: { errors: [{ name: "api_endpoints.0" }] },
  });
  const shown = JSON.stringify((await callRoute(one.GET, { token: admin, params: { id: String(user.id) } })).body);
  expect(shown).not.toContain(token);
  expect(await add({ password: undefined, api_only: true })).toMatchObject({
    status: 200,
    body: { token: expect.stringMatching(/^flt_/), user: { api_only: true } },
  });
});

test("a team's users are listed with their role there, given and taken away", async () => {
  const { id } = userOf(await add({ global_role: null, teams: [] }));
  const call = (method: "GET" | "PATCH" | "DELETE", body?: object, token = admin) =>
    callRoute({ GET: teamUsers.GET, PATCH: teamUsers.PATCH, DELETE: teamUsers.DELETE }[method], { method, token, params: { id: String(teamId) }, body });
  expect(await call("PATCH", { users: [{ id, role: "maintainer" }] })).toMatchObject({ status: 200, body: { team: { id: teamId, users: expect.any(Array) } } });
  expect((await call("GET")).body.users).toContainEqual(expect.objectContaining({ id, role: "maintainer" }));
  expect((await call("DELETE", { users: [{ id }] })).status).toBe(200);
  expect((await call("GET")).body.users).not.toContainEqual(expect.objectContaining({ id }));
  expect(await call("PATCH", { users: [{ id: 987_654, role: "observer" }] })).toMatchObject({ status: 404, body: { code: "user_not_found" } });
  expect(await call("PATCH", { users: [{ id, role: "boss" }] })).toMatchObject({ status: 422, body: { errors: [{ name: "users.0.role" }] } });
  expect(await callRoute(teamUsers.GET, { token: admin, params: { id: "987654" } })).toMatchObject({ status: 404, body: { code: "team_not_found" } });
});

test("roles by mail address are given as fleetctl sends them, under either name", async () => {
  const made = userOf(await add());
  const apply = (roles: object) => callRoute(roleSpec.POST, { token: admin, body: { spec: { roles } } });
  expect(await apply({ [made.email]: { global_role: null, teams: [{ name: teamName, role: "observer" }] } })).toMatchObject({ status: 200, body: {} });
  expect(userOf(await callRoute(one.GET, { token: admin, params: { id: String(made.id) } }))).toMatchObject({
    global_role: null,
    teams: [{ id: teamId, role: "observer" }],
  });
  expect((await apply({ [made.email]: { global_role: "maintainer", fleets: [] } })).status).toBe(200);
  expect(await apply({ "nobody@example.test": { global_role: "observer" } })).toMatchObject({ status: 422, body: { code: "role_spec_invalid" } });
  expect(await apply({ [made.email]: { teams: [{ name: "Nowhere", role: "observer" }] } })).toMatchObject({ status: 422, body: { code: "role_spec_invalid" } });
});

test("the last global admin who can sign in is kept", async () => {
  const last = userOf(await add({ global_role: "admin" }));
  await getPrisma().user.updateMany({ where: { globalRole: "admin", id: { not: last.id } }, data: { passwordHash: null } });
  expect(await patch(last.id, { global_role: "observer" })).toMatchObject({
    status: 409,
    body: { code: "last_global_admin", errors: [{ reason: expect.stringContaining("last global admin") }] },
  });
  expect(await callRoute(one.DELETE, { method: "DELETE", token: admin, params: { id: String(last.id) } })).toMatchObject({ status: 409 });
  await getPrisma().user.create({ data: { email: mail(), globalRole: "admin", passwordHash: await hashPassword(password) } });
  expect((await patch(last.id, { global_role: "observer" })).status).toBe(200);
});

test.each<[number, string, string, () => Promise<RouteAnswer>]>([
  [400, "an unknown key", "unknown_key", () => add({ colour: "red" })],
  [400, "an unknown key of a patch", "unknown_key", () => patch(1, { role: "admin" })],
  [400, "an unknown key of a team's role", "unknown_key", () => add({ teams: [{ id: 1, role: "observer", rank: 1 }] })],
  [401, "nobody", "not_signed_in", () => callRoute(users.GET, { token: null })],
  [403, "a maintainer who lists", "permission_denied", async () => callRoute(users.GET, { token: await tokenOf("maintainer") })],
  [403, "GitOps who makes one", "permission_denied", async () => callRoute(userAdmin.POST, { token: await tokenOf("gitops"), body: {} })],
  [
    403,
    "an admin of a team who gives a global role",
    "permission_denied",
    async () => {
      const token = await bearer(await testTeamUserContext([{ teamId, role: "admin" }]));
      return callRoute(userAdmin.POST, { token, body: { name: "x", email: mail(), password, global_role: "observer" } });
    },
  ],
  [404, "a user who isn't there", "user_not_found", () => patch(987_654, { name: "x" })],
  [404, "an id that is no number", "resource_not_found", () => callRoute(one.GET, { token: admin, params: { id: "ines" } })],
  [409, "an address that is taken", "user_email_taken", async () => add({ email: userOf(await add()).email })],
  [422, "a role that isn't one", "invalid_input", () => add({ global_role: "root" })],
  [422, "a global role with teams", "roles_invalid", () => add({ teams: [{ id: teamId, role: "observer" }] })],
  [422, "codes by mail", "invalid_input", () => add({ mfa_enabled: true })],
  [422, "single sign-on for an API-only user", "user_invalid", () => add({ password: undefined, api_only: true, sso_enabled: true })],
  [422, "a patch of api_only", "invalid_input", () => patch(1, { api_only: true })],
  [422, "a patch of api_endpoints", "invalid_input", () => patch(1, { api_endpoints: [] })],
])("answers %i to %s", async (status, _name, code, act) => {
  expect(await act()).toMatchObject({ status, body: { code, errors: [{ name: expect.any(String), reason: expect.any(String) }] } });
});
