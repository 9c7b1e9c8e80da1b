import { afterEach, beforeEach, expect, test } from "vitest";
import type { Context } from "../context";
import { getPool } from "../db/pool";
import { getPrisma } from "../db/prisma";
import { hashToken } from "../secret-box";
import { callRoute } from "../testing/call-route";
import { testClock, testServerContext, testUserContext, type TestClock } from "../testing/test-context";
import { adminRoute, setRouteClock } from "./admin-route";
import { changePassword } from "./change-password";
import { endSession } from "./end-session";
import { findSession } from "./find-session";
import { hashPassword } from "./password-hash";
import { sessionAdapter } from "./session-adapter";
import { startSession } from "./start-session";
import { updateUser } from "./users/update-user";

const hour = 3_600_000;
let clock: TestClock;

beforeEach(() => {
  clock = testClock();
  setRouteClock(clock.now);
});
afterEach(() => setRouteClock());

async function signedIn(kind: "browser" | "api" = "browser") {
  const user = await testUserContext("admin", clock);
  const userId = user.actor.kind === "user" ? user.actor.userId : 0;
  const session = await startSession(testServerContext(clock), userId, { kind, userAgent: "test", address: "192.0.2.1" });
  return { userId, ...session };
}

test("the database holds sha256 of the token and never the token", async () => {
  const { token, userId } = await signedIn();
  const rows = await getPrisma().session.findMany({ where: { userId } });
  expect(rows).toHaveLength(1);
  expect(rows[0]?.sessionToken).toBe(hashToken(token));
  expect(JSON.stringify(rows)).not.toContain(token);
});

test("a session unused for 24 hours has ended, one in use goes on", async () => {
  const used = await signedIn();
  const unused = await signedIn();
  clock.advance(23 * hour);
  expect(await findSession(testServerContext(clock), used.token, "browser")).toMatchObject({ kind: "user", userId: used.userId });
  clock.advance(2 * hour);
  expect(await findSession(testServerContext(clock), used.token, "browser")).not.toBeNull();
  expect(await findSession(testServerContext(clock), unused.token, "browser")).toBeNull();
  expect(await getPrisma().session.count({ where: { userId: unused.userId } })).toBe(0);
});

test("a session ends 7 days after sign-in, however much it is used", async () => {
  const { token } = await signedIn();
  for (let hours = 0; hours < 7 * 24 - 12; hours += 12) {
    clock.advance(12 * hour);
    expect(await findSession(testServerContext(clock), token, "browser")).not.toBeNull();
  }
  clock.advance(12 * hour);
  expect(await findSession(testServerContext(clock), token, "browser")).toBeNull();
});

test("next-auth's adapter can't stretch a session beyond its absolute end", async () => {
  const { token, userId } = await signedIn();
  clock.advance(6.5 * 24 * hour);
  await getPrisma().session.updateMany({ where: { userId }, data: { expires: new Date(clock.now().getTime() + hour) } });
  const row = await sessionAdapter({ now: clock.now }).updateSession?.({ sessionToken: token, expires: new Date(clock.now().getTime() + 30 * 24 * hour) });
  expect(row?.sessionToken).toBe(token);
  expect(row?.expires.getTime()).toBe(clock.now().getTime() + 12 * hour);
});

test("signing out ends this session and leaves the user's others", async () => {
  const first = await signedIn();
  const second = await startSession(testServerContext(clock), first.userId, { kind: "browser", userAgent: "", address: "" });
  const actor = await findSession(testServerContext(clock), first.token, "browser");
  await endSession({ ...testServerContext(clock), actor: actor ?? { kind: "nobody" } });
  expect(await findSession(testServerContext(clock), first.token, "browser")).toBeNull();
  expect(await findSession(testServerContext(clock), second.token, "browser")).not.toBeNull();
  expect(await getPrisma().activity.count({ where: { type: "user_logged_out", actorId: first.userId } })).toBe(1);
});

test("a new session never takes over a token that was there before: nobody can hand one out in advance", async () => {
  const tokens = new Set<string>();
  for (let i = 0; i < 5; i += 1) tokens.add((await signedIn()).token);
  expect(tokens.size).toBe(5);
  expect(await findSession(testServerContext(clock), "a-token-that-somebody-planted-in-the-browser", "browser")).toBeNull();
});

test("an API token isn't a browser session, and a browser's cookie isn't an API token", async () => {
  const browser = await signedIn("browser");
  const api = await signedIn("api");
  const who = adminRoute({ route: "GET me" }, async (ctx) => ({ id: ctx.actor.kind === "user" ? ctx.actor.userId : 0 }));
  expect((await callRoute(who, { token: api.token })).status).toBe(200);
  expect((await callRoute(who, { cookie: browser.token })).status).toBe(200);
  expect((await callRoute(who, { token: browser.token })).status).toBe(401);
  expect((await callRoute(who, { cookie: api.token })).status).toBe(401);
});

test("a session of a disabled or deleted user is no session", async () => {
  const { token, userId } = await signedIn();
  await getPrisma().user.update({ where: { id: userId }, data: { disabledAt: clock.now() } });
  expect(await findSession(testServerContext(clock), token, "browser")).toBeNull();
  await getPrisma().user.update({ where: { id: userId }, data: { disabledAt: null } });
  expect(await findSession(testServerContext(clock), token, "browser")).not.toBeNull();
  await getPrisma().user.delete({ where: { id: userId } });
  expect(await findSession(testServerContext(clock), token, "browser")).toBeNull();
});

test("a changed password ends the user's other sessions and needs the old one", async () => {
  const here = await signedIn();
  const elsewhere = await startSession(testServerContext(clock), here.userId, { kind: "api", userAgent: "", address: "" });
  await getPrisma().user.update({ where: { id: here.userId }, data: { passwordHash: await hashPassword("old-password-1") } });
  const actor = await findSession(testServerContext(clock), here.token, "browser");
  const ctx = { ...testServerContext(clock), actor: actor ?? ({ kind: "nobody" } as const) };
  await expect(changePassword(ctx, { oldPassword: "not it", newPassword: "new-password-1" })).rejects.toMatchObject({
    status: 422,
    code: "old_password_wrong",
  });
  await changePassword(ctx, { oldPassword: "old-password-1", newPassword: "new-password-1" });
  expect(await findSession(testServerContext(clock), here.token, "browser")).not.toBeNull();
  expect(await findSession(testServerContext(clock), elsewhere.token, "api")).toBeNull();
});

test("a new password also ends links to a new password, and is an activity without it", async () => {
  const { token, userId } = await signedIn();
  await getPrisma().user.update({ where: { id: userId }, data: { passwordHash: await hashPassword("old-password-1") } });
  await getPrisma().passwordReset.create({
    data: { tokenHash: hashToken(`reset ${userId}`), userId, via: "mail", expiresAt: new Date(clock.now().getTime() + hour) },
  });
  const actor = await findSession(testServerContext(clock), token, "browser");
  const ctx = { ...testServerContext(clock), actor: actor ?? ({ kind: "nobody" } as const) };
  expect(await changePassword(ctx, { oldPassword: "old-password-1", newPassword: "new-password-1" })).toBe(0);
  expect(await getPrisma().passwordReset.count({ where: { userId } })).toBe(0);
  const [activity] = await getPrisma().activity.findMany({ where: { type: "changed_password", actorId: userId } });
  expect(JSON.stringify(activity?.details)).not.toContain("new-password-1");
});

test.each<[string, (ctx: Context, userId: number) => Promise<unknown>]>([
  ["password", (ctx) => changePassword(ctx, { oldPassword: "old-password-1", newPassword: "new-password-1" })],
  ["address", (ctx, userId) => updateUser(ctx, userId, { email: `moved-${userId}@example.test`, currentPassword: "old-password-1" })],
])("an old password that an admin replaces while it is checked changes no %s", async (_, change) => {
  const { token, userId } = await signedIn();
  const { email } = await getPrisma().user.update({ where: { id: userId }, data: { passwordHash: await hashPassword("old-password-1") } });
  const actor = await findSession(testServerContext(clock), token, "browser");
  const admin = await getPool().connect();
  try {
    await admin.query("begin");
    await admin.query("update users set password_hash = 'another' where id = $1", [userId]);
    const trying = change({ ...testServerContext(clock), actor: actor ?? { kind: "nobody" } }, userId).catch((error: { code: string }) => error.code);
    await expect
      .poll(async () => (await getPool().query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).rowCount)
      .toBe(1);
    await admin.query("commit");
    expect(await trying).toBe("user_changed_meanwhile");
  } finally {
    admin.release();
  }
  expect(await getPrisma().user.findUniqueOrThrow({ where: { id: userId } })).toMatchObject({ email, passwordHash: "another" });
});

test("who signs in by single sign-on, or holds the gitops role, changes no password here", async () => {
  const change = { oldPassword: "old-password-1", newPassword: "new-password-1" };
  const sso = await testUserContext("observer", clock);
  const userId = sso.actor.kind === "user" ? sso.actor.userId : 0;
  await getPrisma().user.update({ where: { id: userId }, data: { ssoEnabled: true } });
  await expect(changePassword(sso, change)).rejects.toMatchObject({ status: 409, code: "sso_user_has_no_password" });
  await expect(changePassword(await testUserContext("gitops", clock), change)).rejects.toMatchObject({ status: 403, code: "permission_denied" });
});
