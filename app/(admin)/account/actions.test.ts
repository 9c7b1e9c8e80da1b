import { beforeEach, expect, test, vi } from "vitest";
import { hashPassword } from "@/lib/auth/password-hash";
import { routeId } from "@/lib/auth/access/catalogue";
import { startSession } from "@/lib/auth/start-session";
import type { Role } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { hashToken } from "@/lib/secret-box";
import { testServerContext, testUserContext } from "@/lib/testing/test-context";
import { endSession, endSessions, makeToken, removeToken, savePassword, saveProfile } from "./actions";

const visitor = { cookie: "" };
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => ({ value: visitor.cookie }) }),
  headers: async () => new Headers({ host: "flotilla.test", origin: "http://flotilla.test", "x-flotilla-address": "192.0.2.1" }),
}));
vi.mock("next/cache", () => ({ revalidatePath: () => undefined }));

// Sessions end by the pages' clock, which is real.
const server = () => ({ ...testServerContext(), now: () => new Date() });
const from = { kind: "browser" as const, userAgent: "", address: "192.0.2.1" };
const password = "harbour-lantern-4-tides";

beforeEach(() => {
  visitor.cookie = "";
});

async function visit(role: Role): Promise<number> {
  const ctx = await testUserContext(role);
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  await getPrisma().user.update({ where: { id: userId }, data: { passwordHash: await hashPassword(password) } });
  visitor.cookie = (await startSession(server(), userId, from)).token;
  return userId;
}

const userOf = (id: number) => getPrisma().user.findUniqueOrThrow({ where: { id } });

test("a name is saved by itself, a mail address only with the present password", async () => {
  const userId = await visit("observer");
  const { email } = await userOf(userId);
  expect(await saveProfile({ name: "Ines Ribeiro", email })).toMatchObject({ ok: true, message: "Saved." });
  expect(await saveProfile({ name: "Ines Ribeiro", email: `new-${email}` })).toMatchObject({ ok: false, fields: { password: expect.any(String) } });
  expect(await saveProfile({ name: "Ines Ribeiro", email: `new-${email}`, password: "not it" })).toMatchObject({ ok: false, code: "current_password_wrong" });
  expect(await userOf(userId)).toMatchObject({ name: "Ines Ribeiro", email });
  expect(await saveProfile({ name: "Ines Ribeiro", email: `new-${email}`, password })).toMatchObject({ ok: true });
  expect(await userOf(userId)).toMatchObject({ email: `new-${email}` });
});

test("a new password is taken once it is right twice, and says how many sessions ended", async () => {
  const userId = await visit("observer");
  await startSession(server(), userId, from);
  await startSession(server(), userId, from);
  const right = { old_password: password, new_password: "another-lantern-5", again: "another-lantern-5" };
  expect(await savePassword({ ...right, again: "something-else-6" })).toMatchObject({ ok: false, fields: { again: "isn't the same as the new password" } });
  expect(await savePassword({ ...right, new_password: "short", again: "short" })).toMatchObject({ ok: false, fields: { new_password: expect.any(String) } });
  expect(await savePassword({ ...right, old_password: "not it" })).toMatchObject({ ok: false, fields: { old_password: expect.any(String) } });
  expect(await savePassword(right)).toMatchObject({ ok: true, message: "Changed. Your 2 other sessions ended." });
  expect(await savePassword(right)).toMatchObject({ ok: false, code: "old_password_wrong" });
});

test("ending all sessions keeps one's own present one, and of another user none", async () => {
  const userId = await visit("admin");
  await startSession(server(), userId, from);
  expect(await endSessions({ userId })).toMatchObject({ ok: true, message: "Ended 1 session." });
  expect(await endSessions({ userId })).toMatchObject({ ok: true, message: "Ended 0 sessions." });
  const admin = visitor.cookie;
  const other = await visit("observer");
  visitor.cookie = admin;
  expect(await endSessions({ userId: other })).toMatchObject({ ok: true, message: "Ended 1 session." });
  expect(await getPrisma().session.count({ where: { userId: other } })).toBe(0);
});

test("one session is ended by its id; somebody else's by an admin alone", async () => {
  const other = await visit("observer");
  const { id: sessionId } = await getPrisma().session.findFirstOrThrow({ where: { userId: other } });
  await visit("maintainer");
  expect(await endSession({ sessionId })).toMatchObject({ ok: false, code: "permission_denied" });
  await visit("admin");
  expect(await endSession({ sessionId })).toMatchObject({ ok: true });
  expect(await endSession({ sessionId })).toMatchObject({ ok: false, code: "session_not_found" });
});

test("a token is made with its expiry and routes, told once, and revoked", async () => {
  const userId = await visit("observer");
  const before = Date.now();
  const made = await makeToken({ userId, name: "Report", expiry: "30", api_endpoints: [routeId("GET hosts")] });
  expect(made).toMatchObject({ ok: true, data: { name: "Report", token: expect.stringMatching(/^flt_/) } });
  const row = await getPrisma().apiToken.findUniqueOrThrow({ where: { tokenHash: hashToken(made.data?.token ?? "") } });
  expect(row.routes).toEqual(["GET hosts"]);
  expect(row.expiresAt?.getTime()).toBeGreaterThanOrEqual(before + 30 * 86_400_000);
  expect(row.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + 30 * 86_400_000);
  expect(await makeToken({ userId, name: "Report", expiry: "never", api_endpoints: null })).toMatchObject({ ok: false, fields: { name: expect.any(String) } });
  expect(await makeToken({ userId, name: "None", expiry: "never", api_endpoints: [] })).toMatchObject({
    ok: false,
    fields: { api_endpoints: expect.any(String) },
  });
  expect(await makeToken({ userId, name: "Soon", expiry: "1", api_endpoints: null })).toMatchObject({
    ok: false,
    fields: { expiry: "choose when it expires" },
  });
  expect(await removeToken({ userId, tokenId: row.id })).toMatchObject({ ok: true, message: "Revoked Report. It doesn’t work any more." });
  expect(await getPrisma().apiToken.count({ where: { userId } })).toBe(0);
});

test("nobody signed in is told so and changes nothing", async () => {
  const userId = await visit("observer");
  visitor.cookie = "";
  const answers = [
    await saveProfile({ name: "Nobody" }),
    await savePassword({ old_password: password, new_password: "another-lantern-5", again: "another-lantern-5" }),
    await endSessions({ userId }),
    await makeToken({ userId, name: "Nobody's", expiry: "30", api_endpoints: null }),
  ];
  for (const answer of answers) expect(answer).toMatchObject({ ok: false, code: "not_signed_in" });
  expect(await getPrisma().session.count({ where: { userId } })).toBe(1);
});
