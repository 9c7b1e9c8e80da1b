import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { POST as forgot } from "@/app/api/v1/fleet/forgot_password/route";
import { POST as perform } from "@/app/api/v1/fleet/perform_required_password_reset/route";
import { POST as reset } from "@/app/api/v1/fleet/reset_password/route";
import { POST as requireReset } from "@/app/api/v1/fleet/users/[id]/require_password_reset/route";
import { GET as me } from "@/app/api/v1/fleet/me/route";
import { createContext, type Context } from "../../context";
import { getPool } from "../../db/pool";
import { getPrisma } from "../../db/prisma";
import { callRoute } from "../../testing/call-route";
import { startMailScene, switchMail, tokenIn, type MailScene } from "../../testing/mail-scene";
import { testClock, testServerContext, testTeamUserContext, testUserContext, type TestClock } from "../../testing/test-context";
import { setRouteClock } from "../admin-route";
import { forgetExpired } from "../forget-expired.job";
import { hashPassword } from "../password-hash";
import { signInWithPassword } from "../sign-in-with-password";
import { startSession } from "../start-session";
import { askForReset } from "./ask-for-reset";
import { issueResetLink } from "./issue-reset-link";
import { performRequiredReset } from "./perform-required-reset";
import { resetPassword } from "./reset-password";

const minute = 60_000;
const oldPassword = "old-harbour-1-wind";
const newPassword = "new-harbour-2-wind";
let scene: MailScene;
let clock: TestClock;
let oldHash: string;
let made = 0;

beforeAll(async () => {
  scene = await startMailScene();
  oldHash = await hashPassword(oldPassword);
});
afterAll(() => scene.end());
beforeEach(async () => {
  clock = testClock(new Date());
  setRouteClock(clock.now);
  await switchMail(true, scene.server.port);
  delete scene.server.answers.RCPT;
});
afterEach(() => setRouteClock());

const nobody = (address = `192.0.2.${(made += 1)}`): Context => createContext({ kind: "nobody", address }, { now: clock.now });
const from = () => ({ "x-flotilla-address": `198.51.100.${(made += 1)}` });

async function person(over: object = {}) {
  made += 1;
  return getPrisma().user.create({ data: { email: `forgetful-${made}@example.test`, name: "Ines", globalRole: "observer", passwordHash: oldHash, ...over } });
}

async function asked(email: string): Promise<string> {
  await askForReset(nobody(), email);
  const [mail] = await scene.deliver(clock);
  return tokenIn(mail, "reset-password");
}

const signsIn = (email: string, password: string) =>
  signInWithPassword(nobody(), { email, password, kind: "browser", userAgent: "", address: `203.0.113.${(made += 1)}` }).then(
    () => true,
    () => false,
  );

test("a link by mail gives a new password, once, and ends all sessions and other links", async () => {
  const user = await person({ mustResetPassword: true });
  await startSession(testServerContext(clock), user.id, { kind: "browser", userAgent: "", address: "" });
  const other = await asked(user.email);
  const token = await asked(` ${user.email.toUpperCase()} `);
  await resetPassword(nobody(), { token, newPassword });
  expect(await getPrisma().session.count({ where: { userId: user.id } })).toBe(0);
  expect((await getPrisma().user.findUniqueOrThrow({ where: { id: user.id } })).mustResetPassword).toBe(false);
  expect(await signsIn(user.email, oldPassword)).toBe(false);
  expect(await signsIn(user.email, newPassword)).toBe(true);
  for (const spent of [token, other]) {
    await expect(resetPassword(nobody(), { token: spent, newPassword: "another-3-password" })).rejects.toMatchObject({
      status: 422,
      code: "reset_link_invalid",
    });
  }
  const written = await getPrisma().activity.findMany({
    where: { OR: [{ actorId: user.id }, { details: { path: ["user_id"], equals: user.id } }] },
    orderBy: { id: "asc" },
  });
  expect(written.map(({ type }) => type)).toEqual(expect.arrayContaining(["asked_password_reset", "reset_password"]));
  expect(written.find(({ type }) => type === "reset_password")).toMatchObject({ actorId: user.id, address: expect.stringMatching(/^192\.0\.2\./) as string });
  expect(JSON.stringify(written.map(({ details }) => details))).not.toContain(token);
});

test("of two who use one link at once, one gets in", async () => {
  const user = await person();
  const token = await asked(user.email);
  const outcomes = await Promise.allSettled([
    resetPassword(nobody(), { token, newPassword }),
    resetPassword(nobody(), { token, newPassword: "another-3-password" }),
  ]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("the token lies in no table in clear, on its way or after", async () => {
  const user = await person();
  await askForReset(nobody(), user.email);
  const queued = await scene.queueText();
  const [mail] = await scene.deliver(clock);
  const token = tokenIn(mail, "reset-password");
  expect(queued).toContain("sealedToken");
  expect(queued).not.toContain(token);
  const { rows } = await getPool().query("select * from password_resets where user_id = $1", [user.id]);
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(mail).toMatchObject({ to: [user.email] });
});

test("a link from a mail ends after 30 minutes, one from the console after 60", async () => {
  const user = await person();
  const byMail = await asked(user.email);
  const byConsole = new URL((await issueResetLink(testServerContext(clock), user.email)).url).searchParams.get("token") ?? "";
  clock.advance(31 * minute);
  await expect(resetPassword(nobody(), { token: byMail, newPassword })).rejects.toMatchObject({ code: "reset_link_invalid" });
  await resetPassword(nobody(), { token: byConsole, newPassword });
  const late = new URL((await issueResetLink(testServerContext(clock), user.email)).url).searchParams.get("token") ?? "";
  clock.advance(61 * minute);
  await expect(resetPassword(nobody(), { token: late, newPassword })).rejects.toMatchObject({ code: "reset_link_invalid" });
  await forgetExpired.run(testServerContext(clock), {});
  expect(await getPrisma().passwordReset.count({ where: { userId: user.id } })).toBe(0);
});

test("a password that can't be taken leaves the link standing", async () => {
  const user = await person();
  const token = await asked(user.email);
  await expect(resetPassword(nobody(), { token, newPassword: "short" })).rejects.toMatchObject({ status: 422, fields: [{ field: "new_password" }] });
  await resetPassword(nobody(), { token, newPassword });
});

test("strangers, disabled, single sign-on and API-only users get the same answer after the same second, and no mail", async () => {
  const known = await person();
  const others = await Promise.all([person({ disabledAt: new Date() }), person({ ssoEnabled: true, passwordHash: null }), person({ apiOnly: true })]);
  const emails = [known.email, "stranger@example.test", ...others.map(({ email }) => email)];
  const answers = await Promise.all(
    emails.map(async (email) => {
      const started = performance.now();
      const response = await callRoute(forgot, { body: { email }, headers: from() });
      return { status: response.status, body: await response.text(), took: performance.now() - started };
    }),
  );
  for (const { status, body, took } of answers) {
    expect([status, body]).toEqual([200, "{}"]);
    expect(took).toBeGreaterThanOrEqual(980);
    expect(took).toBeLessThan(3000);
  }
  expect((await scene.deliver(clock)).map(({ to }) => to)).toEqual([[known.email]]);
});

test("a link is of no use to who became a single sign-on or disabled user meanwhile", async () => {
  for (const over of [{ ssoEnabled: true }, { disabledAt: new Date() }, { apiOnly: true }]) {
    const user = await person();
    const token = await asked(user.email);
    await getPrisma().user.update({ where: { id: user.id }, data: over });
    await expect(resetPassword(nobody(), { token, newPassword })).rejects.toMatchObject({ code: "reset_link_invalid" });
    expect((await getPrisma().user.findUniqueOrThrow({ where: { id: user.id } })).passwordHash).toBe(oldHash);
    await expect(issueResetLink(testServerContext(clock), user.email)).rejects.toMatchObject({ code: "reset_not_possible" });
  }
});

test("an account gets five mails an hour and an address asks ten times", async () => {
  const user = await person();
  await Promise.all(Array.from({ length: 7 }, () => callRoute(forgot, { body: { email: user.email }, headers: from() })));
  expect(await scene.deliver(clock)).toHaveLength(5);
  const headers = from();
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => callRoute(forgot, { body: { email: `x${i}@example.test` }, headers })));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(answers.find(({ status }) => status === 429)?.headers.get("retry-after")).toMatch(/^\d+$/);
});

test("without mail the answer says whom to ask, and the console's link still works", async () => {
  await switchMail(false);
  const user = await person();
  const response = await callRoute(forgot, { body: { email: user.email }, headers: from() });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "mail_off", errors: [{ reason: expect.stringContaining("npm run admin:reset") as string }] });
  const link = await issueResetLink(testServerContext(clock), user.email.toUpperCase());
  expect(link.url).toMatch(/^https:\/\/flotilla\.aldergate\.example\/reset-password\?token=[\w-]{40,}$/);
  const token = new URL(link.url).searchParams.get("token");
  const answer = await callRoute(reset, {
    body: { password_reset_token: token, new_password: newPassword, new_password_confirmation: newPassword },
    headers: from(),
  });
  expect(answer.status).toBe(200);
  await expect(issueResetLink(testServerContext(clock), "stranger@example.test")).rejects.toMatchObject({ code: "user_not_found" });
  await expect(issueResetLink(await testUserContext("admin"), user.email)).rejects.toMatchObject({ status: 403 });
});

test("a mail that the server can't take yet is tried again; one that it refuses is told to admins", async () => {
  const user = await person();
  scene.server.answers.RCPT = "451 4.7.1 Come again";
  await askForReset(nobody(), user.email);
  expect(await scene.deliver(clock)).toEqual([]);
  delete scene.server.answers.RCPT;
  clock.advance(minute);
  expect(await scene.deliver(clock)).toMatchObject([{ to: [user.email] }]);

  scene.server.answers.RCPT = "550 5.1.1 No such person";
  await askForReset(nobody(), user.email);
  await scene.deliver(clock);
  const failures = () => getPrisma().activity.findMany({ where: { type: "mail_failed", details: { path: ["to"], equals: user.email } } });
  expect(await failures()).toMatchObject([{ details: { reason: expect.stringContaining("550 5.1.1 No such person") as string } }]);

  scene.server.answers.RCPT = "451 4.7.1 Come again";
  await askForReset(nobody(), user.email);
  for (let i = 0; i < 12; i += 1) {
    await scene.deliver(clock);
    clock.advance(10 * minute);
  }
  expect(await failures()).toMatchObject([{}, { details: { reason: expect.stringContaining("link ended") as string } }]);
  expect(await scene.queueText()).not.toContain("sealedToken");
});

test.each<[string, number, object]>([
  ["no token", 422, { new_password: newPassword }],
  ["an unknown token", 422, { new_password: newPassword, password_reset_token: "x".repeat(43) }],
  ["a weak password", 422, { new_password: "weak", password_reset_token: "x".repeat(43) }],
  ["another confirmation", 422, { new_password: newPassword, new_password_confirmation: "else", password_reset_token: "x".repeat(43) }],
  ["an unknown key", 400, { new_password: newPassword, password_reset_token: "x".repeat(43), user_id: 1 }],
])("a reset with %s is refused with %i", async (_, status, body) => {
  expect((await callRoute(reset, { body, headers: from() })).status).toBe(status);
});

test("guessing tokens is stopped", async () => {
  const headers = from();
  const body = { new_password: newPassword, password_reset_token: "x".repeat(43) };
  const answers = await Promise.all(Array.from({ length: 22 }, () => callRoute(reset, { body, headers })));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
});

test("whom an admin asks for a new password can do nothing else first, and keeps only the session they choose it in", async () => {
  const admin = await testUserContext("admin", clock);
  const user = await person();
  const token = await session(user.id);
  const adminToken = await session(admin.actor.kind === "user" ? admin.actor.userId : 0);
  const require = (id: number, body: object, as: string | undefined) => callRoute(requireReset, { token: as, body, params: { id: String(id) } });
  const answer = await require(user.id, { require: true }, adminToken);
  expect(await answer.json()).toMatchObject({ user: { id: user.id, force_password_reset: true } });
  expect((await callRoute(me, { token })).status).toBe(401);

  const [here, elsewhere] = [await session(user.id), await session(user.id)];
  const choose = (password: string) => callRoute(perform, { token: here, body: { new_password: password } });
  expect((await choose("weak")).status).toBe(422);
  const unchanged = await choose(oldPassword);
  expect([unchanged.status, await unchanged.json()]).toMatchObject([422, { code: "password_unchanged" }]);
  expect(await (await choose(newPassword)).json()).toMatchObject({ user: { force_password_reset: false } });
  expect((await callRoute(me, { token: here })).status).toBe(200);
  expect((await callRoute(me, { token: elsewhere })).status).toBe(401);
  const again = await choose("another-3-password");
  expect([again.status, await again.json()]).toMatchObject([409, { code: "password_reset_not_required" }]);

  await require(user.id, { require: true }, adminToken);
  expect(await (await require(user.id, { require: false }, adminToken)).json()).toMatchObject({ user: { force_password_reset: false } });
});

test("asking for a new password needs the right over that user, a body, and a user with a password", async () => {
  const user = await person();
  const sso = await person({ ssoEnabled: true, passwordHash: null });
  const team = await getPrisma().team.create({ data: { name: "Resets" } });
  const member = await testTeamUserContext([{ teamId: team.id, role: "observer" }], clock);
  const memberId = member.actor.kind === "user" ? member.actor.userId : 0;
  const idOf = (ctx: Context) => (ctx.actor.kind === "user" ? ctx.actor.userId : 0);
  const admin = await session(idOf(await testUserContext("admin", clock)));
  const teamAdmin = await session(idOf(await testTeamUserContext([{ teamId: team.id, role: "admin" }], clock)));
  const observer = await session(idOf(await testUserContext("observer", clock)));
  const status = async (as: string | undefined, id: number, body: object = { require: true }) =>
    (await callRoute(requireReset, { token: as, body, params: { id: String(id) } })).status;
  expect(await status(undefined, user.id)).toBe(401);
  expect(await status(observer, user.id)).toBe(403);
  expect(await status(teamAdmin, user.id)).toBe(404);
  expect(await status(teamAdmin, memberId)).toBe(200);
  expect(await status(admin, 999_999)).toBe(404);
  expect(await status(admin, sso.id)).toBe(422);
  expect(await status(admin, user.id, { require: "yes" })).toBe(422);
  expect(await status(admin, user.id, { force: true })).toBe(400);
});

test("nobody, and a user whom nobody asked, can't perform a required reset", async () => {
  await expect(performRequiredReset(nobody(), newPassword)).rejects.toMatchObject({ status: 401 });
  await expect(performRequiredReset(await testUserContext("observer", clock), newPassword)).rejects.toMatchObject({ status: 409 });
});

async function session(userId: number): Promise<string> {
  return (await startSession(testServerContext(clock), userId, { kind: "api", userAgent: "", address: "" })).token;
}
