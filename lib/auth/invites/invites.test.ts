import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { DELETE as remove, GET as look, PATCH as patch } from "@/app/api/v1/fleet/invites/[id]/route";
import { POST as resend } from "@/app/api/v1/fleet/invites/[id]/resend/route";
import { GET as list, POST as invite } from "@/app/api/v1/fleet/invites/route";
import { POST as accept } from "@/app/api/v1/fleet/users/route";
import type { Context, Role } from "../../context";
import { getPool } from "../../db/pool";
import { getPrisma } from "../../db/prisma";
import { callRoute, type RouteCall } from "../../testing/call-route";
import { startMailScene, switchMail, tokenIn, type MailScene } from "../../testing/mail-scene";
import { testClock, testServerContext, testTeamUserContext, testUserContext, type TestClock } from "../../testing/test-context";
import { setRouteClock } from "../admin-route";
import { signInWithPassword } from "../sign-in-with-password";
import { startSession } from "../start-session";

interface InviteJson {
  id: number;
  email: string;
  state: string;
  global_role: string | null;
  teams: { id: number; role: string }[];
  fleets: { id: number }[];
  invited_by: number;
}

const day = 86_400_000;
const password = "new-harbour-2-wind";
let scene: MailScene;
let clock: TestClock;
let admin: string;
let adminId: number;
let made = 0;

beforeAll(async () => {
  scene = await startMailScene();
});
afterAll(() => scene.end());
beforeEach(async () => {
  clock = testClock(new Date());
  setRouteClock(clock.now);
  await switchMail(true, scene.server.port);
  const ctx = await testUserContext("admin", clock);
  adminId = idOf(ctx);
  admin = await session(adminId);
});
afterEach(() => setRouteClock());

const idOf = (ctx: Context) => (ctx.actor.kind === "user" ? ctx.actor.userId : 0);
const from = () => ({ "x-flotilla-address": `198.51.100.${(made += 1)}` });
const freshEmail = () => `invited-${(made += 1)}@example.test`;
const session = async (userId: number) => (await startSession(testServerContext(clock), userId, { kind: "api", userAgent: "", address: "" })).token;
const tokenOf = async (role: Role) => session(idOf(await testUserContext(role, clock)));

async function call(route: unknown, given: RouteCall & { id?: number | string }) {
  const response = await callRoute(route, { headers: from(), ...given, ...(given.id !== undefined && { params: { id: String(given.id) } }) });
  return {
    status: response.status,
    body: (await response.json()) as {
      invite: InviteJson;
      invites: InviteJson[];
      count: number;
      code?: string;
      errors?: { name: string; reason: string }[];
      user: Record<string, unknown>;
    },
  };
}

async function sent(body: object = {}): Promise<{ invite: InviteJson; token: string }> {
  const answer = await call(invite, { token: admin, body: { name: "Tomás Reis", email: freshEmail(), global_role: "observer", ...body } });
  expect(answer.status).toBe(200);
  const [mail] = await scene.deliver(clock);
  return { invite: answer.body.invite, token: tokenIn(mail, "accept-invite") };
}

test("an invited person gets a mail, chooses a password, and is a user with the invite's role", async () => {
  const email = freshEmail();
  const answer = await call(invite, { token: admin, body: { name: " Tomás  Reis ", email: email.toUpperCase(), global_role: "maintainer" } });
  expect(answer.body.invite).toMatchObject({
    name: "Tomás Reis",
    email,
    global_role: "maintainer",
    teams: [],
    fleets: [],
    invited_by: adminId,
    state: "open",
    sso_enabled: false,
  });
  const [mail] = await scene.deliver(clock);
  expect(mail).toMatchObject({ to: [email], headers: { subject: "Join Aldergate Research on Flotilla" } });
  const token = tokenIn(mail, "accept-invite");
  expect((await call(look, { id: token })).body.invite).toMatchObject({ email, name: "Tomás Reis" });

  const joined = await call(accept, { body: { name: "Tom Reis", email, password, password_confirmation: password, invite_token: token } });
  expect(joined.body.user).toMatchObject({ name: "Tom Reis", email, global_role: "maintainer", force_password_reset: false, sso_enabled: false });
  const signedIn = await signInWithPassword(testServerContext(clock), { email, password, kind: "browser", userAgent: "", address: "192.0.2.77" });
  expect(signedIn.user.globalRole).toBe("maintainer");
  expect((await call(look, { id: token })).status).toBe(404);
  expect((await call(accept, { body: { name: "Again", password, invite_token: token } })).status).toBe(404);
  const types = (await getPrisma().activity.findMany({ where: { OR: [{ actorEmail: email }, { details: { path: ["invite_email"], equals: email } }] } })).map(
    (row) => row.type,
  );
  expect(types).toEqual(expect.arrayContaining(["created_invite", "accepted_invite"]));
});

test("the token lies in no table in clear", async () => {
  const email = freshEmail();
  await call(invite, { token: admin, body: { name: "N", email, global_role: "observer" } });
  const queued = await scene.queueText();
  const [mail] = await scene.deliver(clock);
  const token = tokenIn(mail, "accept-invite");
  expect(queued).toContain("sealedToken");
  const stored = await getPool().query("select i.*, (select json_agg(a.details) from activities a) as written from invites i");
  expect(queued + JSON.stringify(stored.rows)).not.toContain(token);
});

test("roles on teams are given; one whose team is deleted meanwhile vanishes", async () => {
  const [stays, goes] = await Promise.all(["Stays", "Goes"].map((name) => getPrisma().team.create({ data: { name: `${name} ${(made += 1)}` } })));
  const { invite: made_, token } = await sent({
    global_role: null,
    teams: [
      { id: stays?.id, role: "admin" },
      { id: goes?.id, role: "observer" },
    ],
  });
  expect(made_).toMatchObject({
    global_role: null,
    teams: [
      { id: goes?.id, role: "observer" },
      { id: stays?.id, role: "admin" },
    ],
  });
  await getPrisma().team.delete({ where: { id: goes?.id } });
  const { body } = await call(accept, { body: { name: "N", password, invite_token: token } });
  expect(body.user).toMatchObject({ global_role: null, teams: [{ id: stays?.id, role: "admin" }] });
});

test("a single sign-on invite takes no password and makes a single sign-on user", async () => {
  const { token } = await sent({ sso_enabled: true });
  const withPassword = await call(accept, { body: { name: "N", password, invite_token: token } });
  expect([withPassword.status, withPassword.body.errors?.[0]?.name]).toEqual([422, "password"]);
  const { body } = await call(accept, { body: { name: "N", invite_token: token, sso_invite: true } });
  expect(body.user).toMatchObject({ sso_enabled: true, global_role: "observer" });
  expect((await getPrisma().user.findUniqueOrThrow({ where: { id: Number(body.user.id) } })).passwordHash).toBeNull();
});

test("a link ends after seven days; sending again gives a new one and ends the old one", async () => {
  const { invite: first, token: old } = await sent();
  clock.advance(7 * day + 1000);
  admin = await session(adminId);
  expect((await call(look, { id: old })).status).toBe(404);
  expect((await call(accept, { body: { name: "N", password, invite_token: old } })).status).toBe(404);
  expect((await call(list, { token: admin, path: `/?query=${encodeURIComponent(first.email)}` })).body.invites).toMatchObject([
    { id: first.id, state: "expired" },
  ]);
  expect((await call(resend, { token: admin, method: "POST", id: first.id })).body.invite).toMatchObject({ state: "open" });
  const [mail] = await scene.deliver(clock);
  const fresh = tokenIn(mail, "accept-invite");
  expect((await call(look, { id: old })).status).toBe(404);
  expect((await call(accept, { body: { name: "N", password, invite_token: fresh } })).status).toBe(200);
});

test("an invite whose sender is no admin any more opens nothing until another admin sends it again", async () => {
  const { invite: made_, token } = await sent();
  await getPrisma().user.update({ where: { id: adminId }, data: { disabledAt: new Date() } });
  expect((await call(accept, { body: { name: "N", password, invite_token: token } })).status).toBe(404);
  const other = await tokenOf("admin");
  expect((await call(list, { token: other, path: `/?query=${encodeURIComponent(made_.email)}` })).body.invites).toMatchObject([{ state: "void" }]);
  expect((await call(resend, { token: other, method: "POST", id: made_.id })).body.invite.state).toBe("open");
  const [mail] = await scene.deliver(clock);
  expect((await call(accept, { body: { name: "N", password, invite_token: tokenIn(mail, "accept-invite") } })).status).toBe(200);
});

test("of two who take one link up at once, one joins", async () => {
  const { token } = await sent();
  const answers = await Promise.all([1, 2].map(() => call(accept, { body: { name: "N", password, invite_token: token } })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
});

test("a link joins nobody but the invited address, with a good password; a refusal leaves it standing", async () => {
  const { token } = await sent();
  const joining = (over: object) => call(accept, { body: { name: "N", password, invite_token: token, ...over } });
  expect((await joining({ email: "other@example.test" })).body).toMatchObject({ code: "invite_for_another", errors: [{ name: "email" }] });
  expect((await joining({ password: "weak" })).body.errors?.[0]?.name).toBe("password");
  expect((await joining({ password: undefined })).status).toBe(422);
  expect((await joining({ password_confirmation: "else" })).body.errors?.[0]?.name).toBe("password_confirmation");
  expect((await joining({ name: " " })).body.errors?.[0]?.name).toBe("name");
  expect((await joining({ global_role: "admin" })).status).toBe(400);
  expect((await joining({})).status).toBe(200);
});

test("another mail address ends the link and sends nothing; roles and name are changed with before and after written down", async () => {
  const { invite: made_, token } = await sent();
  const email = freshEmail();
  expect((await call(patch, { method: "PATCH", token: admin, id: made_.id, body: { global_role: "technician" } })).body.invite.global_role).toBe("technician");
  expect((await call(look, { id: token })).status).toBe(200);
  expect((await call(patch, { method: "PATCH", token: admin, id: made_.id, body: { email } })).body.invite.email).toBe(email);
  expect((await call(look, { id: token })).status).toBe(404);
  expect(await scene.deliver(clock)).toEqual([]);
  const written = await getPrisma().activity.findMany({ where: { type: "edited_invite" }, orderBy: { id: "desc" }, take: 2 });
  expect(written).toMatchObject([
    { details: { changed: { email: { to: email } } } },
    { details: { changed: { global_role: { from: "observer", to: "technician" } } } },
  ]);
});

test("an invite that is taken back opens nothing, and its mail isn't sent any more", async () => {
  const { body } = await call(invite, { token: admin, body: { name: "N", email: freshEmail(), global_role: "observer" } });
  expect((await call(remove, { method: "DELETE", token: admin, id: body.invite.id })).status).toBe(200);
  expect(await scene.deliver(clock)).toEqual([]);
  expect((await call(remove, { method: "DELETE", token: admin, id: body.invite.id })).status).toBe(404);
});

test("without mail nobody is invited, and the answer says what to do", async () => {
  await switchMail(false);
  const { status, body } = await call(invite, { token: admin, body: { name: "N", email: freshEmail(), global_role: "observer" } });
  expect([status, body.code]).toEqual([422, "mail_off"]);
  expect(body.errors?.[0]?.reason).toContain("Settings, Mail");
});

test.each<[string, number, object]>([
  ["no role", 422, { global_role: null }],
  ["both kinds of roles", 422, { teams: [{ id: 1, role: "observer" }] }],
  ["an unknown team", 422, { global_role: null, teams: [{ id: 999_999, role: "observer" }] }],
  ["No team", 422, { global_role: null, teams: [{ id: 0, role: "observer" }] }],
  ["an unknown role", 422, { global_role: "king" }],
  ["a wrong address", 422, { email: "nobody" }],
  ["no name", 422, { name: " " }],
  ["codes by mail", 422, { mfa_enabled: true }],
  ["an unknown key", 400, { admin: true }],
])("an invite with %s is refused with %i", async (_, status, over) => {
  expect((await call(invite, { token: admin, body: { name: "N", email: freshEmail(), global_role: "observer", ...over } })).status).toBe(status);
});

test("who is a user or invited already is not invited again", async () => {
  const { invite: made_ } = await sent();
  const again = await call(invite, { token: admin, body: { name: "N", email: made_.email, global_role: "observer" } });
  expect([again.status, again.body.code]).toEqual([409, "invite_exists"]);
  const user = await getPrisma().user.findUniqueOrThrow({ where: { id: adminId } });
  const taken = await call(invite, { token: admin, body: { name: "N", email: user.email, global_role: "observer" } });
  expect([taken.status, taken.body.code]).toEqual([409, "user_email_taken"]);
});

test("invites are for global admins alone", async () => {
  const { invite: made_ } = await sent();
  const team = await getPrisma().team.create({ data: { name: `Invites ${(made += 1)}` } });
  const teamAdmin = await session(idOf(await testTeamUserContext([{ teamId: team.id, role: "admin" }], clock)));
  const calls: [unknown, RouteCall & { id?: number }][] = [
    [list, {}],
    [invite, { body: { name: "N", email: freshEmail(), global_role: "observer" } }],
    [patch, { method: "PATCH", id: made_.id, body: { name: "M" } }],
    [remove, { method: "DELETE", id: made_.id }],
    [resend, { method: "POST", id: made_.id }],
  ];
  const others = [teamAdmin, ...(await Promise.all((["maintainer", "technician", "observer_plus", "observer", "gitops", "none"] as const).map(tokenOf)))];
  for (const [route, given] of calls) {
    expect((await call(route, given)).status).toBe(401);
    for (const token of others) expect((await call(route, { ...given, token })).status).toBe(403);
  }
  for (const [route, given] of calls.slice(2)) expect((await call(route, { ...given, token: admin, id: 999_999 })).status).toBe(404);
});

test("guessing tokens is stopped", async () => {
  const headers = from();
  const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => call(look, { id: `${"x".repeat(40)}${i}`, headers })));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
});
