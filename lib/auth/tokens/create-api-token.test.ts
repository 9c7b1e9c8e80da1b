import { expect, test } from "vitest";
import { getPrisma } from "../../db/prisma";
import type { Context, Role } from "../../context";
import { hashToken } from "../../secret-box";
import { testClock, testServerContext, testTeamUserContext, testUserContext } from "../../testing/test-context";
import { userActor } from "../user-actor";
import { createApiToken } from "./create-api-token";

const clock = testClock();
const idOf = (ctx: Context) => (ctx.actor.kind === "user" ? ctx.actor.userId : 0);
let teams = 0;

async function team(): Promise<number> {
  teams += 1;
  return (await getPrisma().team.create({ data: { name: `Team ${teams}` } })).id;
}

async function apiOnlyUser(globalRole: Role, teamRoles: { teamId: number; role: "admin" | "observer" }[] = []): Promise<number> {
  const ctx = teamRoles.length > 0 ? await testTeamUserContext(teamRoles, clock) : await testUserContext(globalRole, clock);
  await getPrisma().user.update({ where: { id: idOf(ctx) }, data: { apiOnly: true } });
  return idOf(ctx);
}

test("a person makes a token for themselves; the database holds its hash and its last four characters alone", async () => {
  const ines = await testUserContext("observer", clock);
  const expiresAt = new Date("2026-06-01T00:00:00Z");
  const { token, apiToken } = await createApiToken(ines, { userId: idOf(ines), name: "  Nightly   report ", expiresAt, routes: ["GET hosts"] });
  expect(token).toMatch(/^flt_[\w-]{43}$/);
  expect(apiToken).toMatchObject({ userId: idOf(ines), name: "Nightly report", hint: token.slice(-4), routes: ["GET hosts"], expiresAt, lastUsedAt: null });
  const row = await getPrisma().apiToken.findUniqueOrThrow({ where: { id: apiToken.id } });
  expect(row.tokenHash).toBe(hashToken(token));
  expect(JSON.stringify([row, apiToken])).not.toContain(token.slice(4, -4));
  expect(JSON.stringify(apiToken)).not.toContain(row.tokenHash);
});

test("two tokens of a user can't have one name, those of two users can", async () => {
  const [ines, tom] = [await testUserContext("observer", clock), await testUserContext("observer", clock)];
  await createApiToken(ines, { userId: idOf(ines), name: "Export" });
  await expect(createApiToken(ines, { userId: idOf(ines), name: "Export" })).rejects.toMatchObject({ status: 409, code: "api_token_name_taken" });
  await expect(createApiToken(tom, { userId: idOf(tom), name: "Export" })).resolves.toMatchObject({ apiToken: { name: "Export" } });
});

test.each([
  { given: { name: "   " }, code: "api_token_name_invalid", field: "name" },
  { given: { name: "x".repeat(101) }, code: "api_token_name_invalid", field: "name" },
  { given: { name: "Past", expiresAt: clock.now() }, code: "api_token_expiry_past", field: "expires_at" },
])("$code is refused with its field", async ({ given, code, field }) => {
  const ines = await testUserContext("observer", clock);
  await expect(createApiToken(ines, { userId: idOf(ines), ...given })).rejects.toMatchObject({ status: 422, code, fields: [{ field }] });
});

test("a token can't name a route that its user may not call", async () => {
  const admin = await testUserContext("admin", clock);
  const userId = await apiOnlyUser("maintainer");
  await getPrisma().user.update({ where: { id: userId }, data: { apiRoutes: ["GET hosts"] } });
  await expect(createApiToken(admin, { userId, name: "Wide", routes: ["GET hosts", "GET teams"] })).rejects.toMatchObject({
    code: "api_token_routes_beyond_user",
    fields: [{ field: "api_endpoints", reason: expect.stringContaining("GET teams") }],
  });
  await expect(createApiToken(admin, { userId, name: "Narrow", routes: ["GET hosts"] })).resolves.toBeDefined();
});

test("an admin makes tokens for API-only users and not for people", async () => {
  const admin = await testUserContext("admin", clock);
  const person = await testUserContext("observer", clock);
  await expect(createApiToken(admin, { userId: await apiOnlyUser("gitops"), name: "Pipeline" })).resolves.toBeDefined();
  await expect(createApiToken(admin, { userId: idOf(person), name: "Borrowed" })).rejects.toMatchObject({ status: 403, code: "not_own_token" });
  await expect(createApiToken(admin, { userId: 2_000_000_000, name: "Nobody's" })).rejects.toMatchObject({ status: 404, code: "user_not_found" });
});

test("a team's admin makes tokens for API-only users whose every role is on their teams, and learns nothing of the others", async () => {
  const [own, other] = [await team(), await team()];
  const admin = await testTeamUserContext([{ teamId: own, role: "admin" }], clock);
  await expect(createApiToken(admin, { userId: await apiOnlyUser("none", [{ teamId: own, role: "admin" }]), name: "Own" })).resolves.toBeDefined();
  const unseen = [await apiOnlyUser("observer"), await apiOnlyUser("none"), await apiOnlyUser("none", [{ teamId: other, role: "observer" }]), 2_000_000_000];
  for (const userId of unseen) await expect(createApiToken(admin, { userId, name: "Foreign" })).rejects.toMatchObject({ status: 404, code: "user_not_found" });
  const partly = await apiOnlyUser(
    "none",
    [own, other].map((teamId) => ({ teamId, role: "observer" })),
  );
  await expect(createApiToken(admin, { userId: partly, name: "Foreign" })).rejects.toMatchObject({ status: 403, code: "permission_denied" });
});

test.each<Role>(["maintainer", "technician", "observer_plus", "observer", "gitops", "none"])(
  "the role %s makes no token for an API-only user",
  async (role) => {
    const userId = await apiOnlyUser("observer");
    await expect(createApiToken(await testUserContext(role, clock), { userId, name: "Mine now" })).rejects.toMatchObject({
      status: 403,
      code: "permission_denied",
    });
  },
);

test("the gitops role makes no token for itself, a user without a role may", async () => {
  const [gitops, none] = [await testUserContext("gitops", clock), await testUserContext("none", clock)];
  await expect(createApiToken(gitops, { userId: idOf(gitops), name: "Mine" })).rejects.toMatchObject({ status: 403, code: "permission_denied" });
  await expect(createApiToken(none, { userId: idOf(none), name: "Mine" })).resolves.toBeDefined();
});

test("a token makes no other for its own user, but one for an API-only user when it may write users", async () => {
  const admin = await testUserContext("admin", clock);
  const { apiToken } = await createApiToken(admin, { userId: idOf(admin), name: "First" });
  const byToken = {
    ...admin,
    actor: userActor({ id: idOf(admin), name: "", email: "a@example.test", globalRole: "admin" }, "192.0.2.1", { tokenId: apiToken.id }),
  };
  await expect(createApiToken(byToken, { userId: idOf(admin), name: "Successor" })).rejects.toMatchObject({ status: 403, code: "session_needed" });
  await expect(createApiToken(byToken, { userId: await apiOnlyUser("observer"), name: "Pipeline" })).resolves.toBeDefined();
});

test("a user has at most 100 tokens", async () => {
  const ines = await testUserContext("observer", clock);
  await getPrisma().apiToken.createMany({
    data: Array.from({ length: 100 }, (_, i) => ({ userId: idOf(ines), name: `T${i}`, tokenHash: `h${idOf(ines)}-${i}` })),
  });
  await expect(createApiToken(ines, { userId: idOf(ines), name: "One more" })).rejects.toMatchObject({ status: 409, code: "too_many_api_tokens" });
});

test("making a token is an activity that tells its name, its reach and whose it is, and not the token", async () => {
  const ines = await testUserContext("observer", clock);
  const { token } = await createApiToken(ines, { userId: idOf(ines), name: "Told", routes: ["GET hosts"] });
  const [row] = await getPrisma().activity.findMany({ where: { type: "created_api_token", actorId: idOf(ines) } });
  expect(row).toMatchObject({
    address: "192.0.2.1",
    details: { api_token_name: "Told", user_id: idOf(ines), own: true, routes: ["GET hosts"], expires_at: null },
  });
  expect(JSON.stringify(row?.details)).not.toContain(token.slice(4, 20));
  expect(JSON.stringify(row?.details)).not.toContain(hashToken(token));
});

test("the server itself may make one for an API-only user", async () => {
  await expect(createApiToken(testServerContext(clock), { userId: await apiOnlyUser("gitops"), name: "Seeded" })).resolves.toBeDefined();
});
