import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { Context } from "../../context";
import { getPrisma } from "../../db/prisma";
import { testServerContext, testTeamUserContext, testUserContext } from "../../testing/test-context";
import { applyRoleSpec } from "./apply-role-spec";
import { changeTeamUsers } from "./change-team-users";
import { createApiOnlyUser } from "./create-api-only-user";
import { createUser, type NewUser } from "./create-user";
import { deleteUser } from "./delete-user";
import { getUser } from "./get-user";
import { listTeamUsers } from "./list-team-users";
import { listUsers } from "./list-users";
import { updateApiOnlyUser } from "./update-api-only-user";
import { updateUser } from "./update-user";
import type { User } from "./user";

let server: Context;
const own = { name: "", id: 0 };
const other = { name: "", id: 0 };
let teamAdmin: Context;
/** Roles on: the own team only; both teams; the other team only; everywhere. */
let mine: User, shared: User, theirs: User, global: User;

const add = (more: Partial<NewUser>) => createUser(server, { name: "Person", email: `${randomUUID()}@example.test`, ssoEnabled: true, ...more });

beforeEach(async () => {
  server = testServerContext();
  for (const team of [own, other]) {
    team.name = `Team ${randomUUID()}`;
    team.id = (await getPrisma().team.create({ data: { name: team.name } })).id;
  }
  teamAdmin = await testTeamUserContext([{ teamId: own.id, role: "admin" }]);
  mine = await add({ teamRoles: [{ teamId: own.id, role: "observer" }] });
  shared = await add({
    teamRoles: [
      { teamId: own.id, role: "observer" },
      { teamId: other.id, role: "maintainer" },
    ],
  });
  theirs = await add({ teamRoles: [{ teamId: other.id, role: "observer" }] });
  global = await add({ globalRole: "observer" });
});

const rolesOf = async (id: number) => {
  const user = await getUser(server, id);
  return Object.fromEntries(user.teamRoles.map(({ teamId, role }) => [teamId, role]));
};

test("they see the users of their own teams, and of these only the roles there", async () => {
  const { users, count } = await listUsers(teamAdmin);
  const self = teamAdmin.actor.kind === "user" ? teamAdmin.actor.userId : 0;
  expect(users.map(({ id }) => id).toSorted()).toEqual([mine.id, shared.id, self].toSorted());
  expect(count).toBe(3);
  expect(JSON.stringify(users)).not.toContain(other.name);
  expect((await listUsers(teamAdmin, { role: "maintainer" })).users, "a role elsewhere isn't found either").toEqual([]);
  expect((await getUser(teamAdmin, shared.id)).teamRoles.map(({ teamId }) => teamId)).toEqual([own.id]);
  await expect(listUsers(teamAdmin, { teamId: other.id })).rejects.toMatchObject({ status: 403 });
  await expect(listTeamUsers(teamAdmin, other.id)).rejects.toMatchObject({ status: 404, code: "team_not_found" });
});

test("users of other teams and with global roles are like users who aren't there, whatever is tried", async () => {
  for (const { id } of [theirs, global, { id: 987_654 }]) {
    const missing = { status: 404, code: "user_not_found", message: "This user was not found. They may have been deleted." };
    await expect(getUser(teamAdmin, id)).rejects.toMatchObject(missing);
    await expect(updateUser(teamAdmin, id, { name: "x" })).rejects.toMatchObject(missing);
    await expect(updateUser(teamAdmin, id, { teamRoles: [{ teamId: own.id, role: "admin" }] })).rejects.toMatchObject(missing);
    await expect(updateApiOnlyUser(teamAdmin, id, { routes: null })).rejects.toMatchObject(missing);
    await expect(deleteUser(teamAdmin, id)).rejects.toMatchObject(missing);
    await expect(changeTeamUsers(teamAdmin, own.id, [{ userId: id, role: "observer" }])).rejects.toMatchObject(missing);
  }
  const specs = await Promise.all(
    [theirs.email, global.email, "nobody@example.test"].map((email) =>
      applyRoleSpec(teamAdmin, [{ email, globalRole: null, teams: [] }]).catch((error: { code: string; fields: { reason: string }[] }) => [
        error.code,
        error.fields[0]?.reason,
      ]),
    ),
  );
  expect(new Set(specs.map(String))).toEqual(new Set(["role_spec_invalid,is no user's mail address"]));
});

test("a team of others is answered like one that isn't there when roles are given by names", async () => {
  const reasonFor = (name: string) =>
    applyRoleSpec(teamAdmin, [{ email: mine.email, globalRole: null, teams: [{ name, role: "observer" }] }]).catch((error: { fields: { reason: string }[] }) =>
      error.fields[0]?.reason.replace(name, "NAME"),
    );
  expect(await reasonFor(other.name)).toBe(await reasonFor(`Team ${randomUUID()}`));
});

test("they make users on their own teams only", async () => {
  const made = await createUser(teamAdmin, {
    name: "New",
    email: `${randomUUID()}@example.test`,
    ssoEnabled: true,
    teamRoles: [{ teamId: own.id, role: "admin" }],
  });
  expect(await rolesOf(made.id)).toEqual({ [own.id]: "admin" });
  const robot = await createApiOnlyUser(teamAdmin, { name: "Robot", teamRoles: [{ teamId: own.id, role: "gitops" }] });
  expect(robot.token).toMatch(/^flt_/);
  const base = { name: "New", email: `${randomUUID()}@example.test`, ssoEnabled: true };
  const missingTeam = { status: 422, code: "roles_invalid", fields: [{ field: "teams.0.id" }] };
  await expect(createUser(teamAdmin, { ...base, teamRoles: [{ teamId: other.id, role: "observer" }] })).rejects.toMatchObject(missingTeam);
  await expect(createUser(teamAdmin, { ...base, teamRoles: [{ teamId: 987_654, role: "observer" }] })).rejects.toMatchObject(missingTeam);
  await expect(createUser(teamAdmin, { ...base, globalRole: "observer" })).rejects.toMatchObject({ status: 403 });
  await expect(createUser(teamAdmin, { ...base, teamRoles: [] })).rejects.toMatchObject({ status: 403 });
});

test("they change and take away roles on their own teams; what a user holds elsewhere stays", async () => {
  const after = await updateUser(teamAdmin, shared.id, { teamRoles: [{ teamId: own.id, role: "technician" }] });
  expect(after.teamRoles.map(({ teamId, role }) => [teamId, role])).toEqual([[own.id, "technician"]]);
  expect(await rolesOf(shared.id)).toEqual({ [own.id]: "technician", [other.id]: "maintainer" });
  await updateUser(teamAdmin, shared.id, { teamRoles: [] });
  expect(await rolesOf(shared.id)).toEqual({ [other.id]: "maintainer" });
  await changeTeamUsers(teamAdmin, own.id, [{ userId: mine.id, role: null }]);
  expect(await rolesOf(mine.id)).toEqual({});
  await expect(getUser(teamAdmin, mine.id), "without a role there, they are gone from sight").rejects.toMatchObject({ status: 404 });
});

test("they can't give roles on other teams or everywhere, to others or to themselves", async () => {
  const self = teamAdmin.actor.kind === "user" ? teamAdmin.actor.userId : 0;
  for (const id of [mine.id, self]) {
    await expect(updateUser(teamAdmin, id, { teamRoles: [{ teamId: other.id, role: "admin" }] })).rejects.toMatchObject({ status: 422 });
    await expect(updateUser(teamAdmin, id, { globalRole: "admin" })).rejects.toMatchObject({ status: 403 });
  }
  await expect(changeTeamUsers(teamAdmin, other.id, [{ userId: mine.id, role: "admin" }])).rejects.toMatchObject({ status: 404, code: "team_not_found" });
  await expect(changeTeamUsers(teamAdmin, 0, [{ userId: mine.id, role: "admin" }])).rejects.toMatchObject({ status: 404 });
  expect([await rolesOf(mine.id), await rolesOf(self)]).toEqual([{ [own.id]: "observer" }, { [own.id]: "admin" }]);
});

test("everything but roles they change only of users who hold roles on their teams alone", async () => {
  await updateUser(teamAdmin, mine.id, { name: "Renamed", disabled: true });
  expect(await getUser(server, mine.id)).toMatchObject({ name: "Renamed", disabledAt: expect.any(Date) });
  for (const patch of [{ name: "x" }, { email: "x@example.test" }, { disabled: true }, { ssoEnabled: false, newPassword: "a brisk-9 north wind" }]) {
    await expect(updateUser(teamAdmin, shared.id, patch)).rejects.toMatchObject({ status: 403, code: "permission_denied" });
  }
  await expect(deleteUser(teamAdmin, shared.id)).rejects.toMatchObject({ status: 403 });
  await deleteUser(teamAdmin, mine.id);
  const robot = await createApiOnlyUser(server, { name: "Robot", teamRoles: shared.teamRoles, routes: ["GET hosts"] });
  await expect(updateApiOnlyUser(teamAdmin, robot.user.id, { routes: null })).rejects.toMatchObject({ status: 403 });
});

test("roles by mail address follow the same limits, and all or none are given", async () => {
  await applyRoleSpec(teamAdmin, [{ email: shared.email.toUpperCase(), globalRole: null, teams: [{ name: own.name.toUpperCase(), role: "maintainer" }] }]);
  expect(await rolesOf(shared.id)).toEqual({ [own.id]: "maintainer", [other.id]: "maintainer" });
  const spec = (email: string, name: string) => ({ email, globalRole: null, teams: [{ name, role: "admin" as const }] });
  await expect(applyRoleSpec(teamAdmin, [spec(mine.email, own.name), spec(shared.email, other.name)])).rejects.toMatchObject({ status: 422 });
  expect(await rolesOf(mine.id), "the first of two wasn't given either").toEqual({ [own.id]: "observer" });
  await expect(applyRoleSpec(teamAdmin, [{ email: mine.email, globalRole: "admin", teams: [] }])).rejects.toMatchObject({ status: 403 });
});

test("a user with a global role gets no role on a team beside it", async () => {
  await expect(changeTeamUsers(server, own.id, [{ userId: global.id, role: "admin" }])).rejects.toMatchObject({
    status: 422,
    fields: [{ field: "users.0.id", reason: expect.stringContaining("global role") }],
  });
});

test.each(["maintainer", "technician", "observer_plus", "observer", "gitops"] as const)("a %s of a team sees and changes no users", async (role) => {
  const ctx = await testTeamUserContext([{ teamId: own.id, role }]);
  await expect(listUsers(ctx)).rejects.toMatchObject({ status: 403 });
  await expect(listTeamUsers(ctx, own.id)).rejects.toMatchObject({ status: 403 });
  await expect(getUser(ctx, mine.id)).rejects.toMatchObject({ status: 403 });
  await expect(updateUser(ctx, mine.id, { teamRoles: [] })).rejects.toMatchObject({ status: 403 });
  await expect(deleteUser(ctx, mine.id)).rejects.toMatchObject({ status: 403 });
});

test("an admin of one team who observes another has no word there", async () => {
  const ctx = await testTeamUserContext([
    { teamId: own.id, role: "admin" },
    { teamId: other.id, role: "observer" },
  ]);
  expect((await listUsers(ctx)).users.map(({ id }) => id)).not.toContain(theirs.id);
  await expect(listTeamUsers(ctx, other.id)).rejects.toMatchObject({ status: 403 });
  expect((await listUsers(await testUserContext("admin"))).users.length).toBeGreaterThan(3);
});
