import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { saveMail, sendTest } from "@/app/(admin)/settings/mail/actions";
import { sendAgain, sendInvite, takeBack } from "@/app/(admin)/users/invites/actions";
import { hashPassword } from "@/lib/auth/password-hash";
import { startSession } from "@/lib/auth/start-session";
import type { Role } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { startMailScene, switchMail, tokenIn, type MailScene } from "@/lib/testing/mail-scene";
import { testClock, testServerContext, testUserContext } from "@/lib/testing/test-context";
import { accept } from "../accept-invite/actions";
import { askForLink } from "../forgot-password/actions";
import { choosePassword } from "../required-password-reset/actions";
import { setNewPassword } from "../reset-password/actions";

const visitor = { cookie: "", address: "" };
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => ({ value: visitor.cookie }) }),
  headers: async () => new Headers({ host: "flotilla.test", origin: "http://flotilla.test", "x-flotilla-address": visitor.address }),
}));
vi.mock("next/cache", () => ({ revalidatePath: () => undefined }));

const password = "harbour-lantern-4-tides";
const newPassword = "another-lantern-5-tides";
let scene: MailScene;
let made = 0;

beforeAll(async () => {
  scene = await startMailScene();
});
afterAll(() => scene.end());
beforeEach(async () => {
  visitor.cookie = "";
  visitor.address = `192.0.2.${(made += 1)}`;
  await switchMail(true, scene.server.port);
});

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

async function visit(role: Role, over: object = {}): Promise<number> {
  const ctx = await testUserContext(role);
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  await getPrisma().user.update({ where: { id: userId }, data: { passwordHash: await hashPassword(password), ...over } });
  const from = { kind: "browser" as const, userAgent: "", address: visitor.address };
  visitor.cookie = (await startSession({ ...testServerContext(), now: () => new Date() }, userId, from)).token;
  return userId;
}

/** Where an action sends the visitor, in Next's own words. */
const ledTo = (going: Promise<unknown>) => going.then(String, (error: { digest?: string }) => error.digest ?? "");
const deliver = () => scene.deliver(testClock(new Date()));
const userOf = (id: number) => getPrisma().user.findUniqueOrThrow({ where: { id } });

test("a forgotten password is mended by form, and every refusal names its field", async () => {
  const user = await userOf(await visit("observer"));
  expect(await askForLink(null, form({ email: "nobody" }))).toMatchObject({ ok: false, email: "nobody", fields: { email: expect.any(String) } });
  expect(await askForLink(null, form({ email: user.email }))).toMatchObject({ ok: true, email: user.email });
  const token = tokenIn((await deliver())[0], "reset-password");
  const send = (fields: object) => setNewPassword(null, form({ token, newPassword, repeated: newPassword, ...fields }));
  expect(await send({ repeated: "else" })).toMatchObject({ ok: false, fields: { repeated: "differs from the password above" } });
  expect(await send({ newPassword: "weak", repeated: "weak" })).toMatchObject({ ok: false, fields: { newPassword: "needs at least 12 characters" } });
  expect(await send({ token: "x" })).toMatchObject({ ok: false, code: "reset_link_invalid" });
  expect(await send({})).toMatchObject({ ok: true });
  expect(await send({})).toMatchObject({ ok: false, code: "reset_link_invalid" });
});

test("without mail the form says whom to ask", async () => {
  await switchMail(false);
  expect(await askForLink(null, form({ email: "ines@example.test" }))).toMatchObject({
    ok: false,
    code: "mail_off",
    message: expect.stringContaining("admin:reset") as string,
  });
});

test("a required new password is chosen by form, then the way is free", async () => {
  const userId = await visit("observer", { mustResetPassword: true });
  const send = (fields: object) => choosePassword(null, form({ newPassword, repeated: newPassword, ...fields }));
  expect(await send({ newPassword: password, repeated: password })).toMatchObject({
    ok: false,
    fields: { newPassword: expect.stringContaining("present password") as string },
  });
  expect((await userOf(userId)).mustResetPassword).toBe(true);
  expect(await ledTo(send({}))).toMatch(/NEXT_REDIRECT;.*;\/;/);
  expect((await userOf(userId)).mustResetPassword).toBe(false);
  expect(await send({})).toMatchObject({ ok: false, code: "password_reset_not_required" });
  visitor.cookie = "";
  expect(await send({})).toMatchObject({ ok: false, code: "not_signed_in" });
});

test("an admin invites by form, sends again and takes back; the invited join by form", async () => {
  await visit("admin");
  const email = `invited-${made}@example.test`;
  const invited = { name: "Tomás Reis", email, ssoEnabled: false, roles: { globalRole: "observer", teamRoles: [] } };
  expect(await sendInvite({ ...invited, email: "nobody" })).toMatchObject({ ok: false, fields: { email: expect.any(String) } });
  expect(await sendInvite(invited)).toMatchObject({ ok: true, data: { email } });
  expect(await sendInvite(invited)).toMatchObject({ ok: false, code: "invite_exists", fields: { email: expect.any(String) } });
  const first = tokenIn((await deliver())[0], "accept-invite");
  const { id } = await getPrisma().invite.findUniqueOrThrow({ where: { email } });
  expect(await sendAgain({ inviteId: id })).toMatchObject({ ok: true });
  const token = tokenIn((await deliver())[0], "accept-invite");
  const join = (fields: object) => accept(null, form({ token, way: "password", name: "Tom", newPassword, repeated: newPassword, ...fields }));
  expect(await join({ token: first })).toMatchObject({ ok: false, code: "invite_not_found", name: "Tom" });
  expect(await join({ name: " " })).toMatchObject({ ok: false, fields: { name: "expected your name" } });
  expect(await join({ way: "sso" })).toMatchObject({ ok: false, fields: { newPassword: expect.any(String) } });
  expect(await ledTo(join({}))).toContain("/accept-invite?joined=password");
  expect(await getPrisma().user.count({ where: { email, name: "Tom", globalRole: "observer" } })).toBe(1);
  expect(await takeBack({ inviteId: id })).toMatchObject({ ok: false, code: "invite_not_found" });
});

test("mail is set up and tried by form; only an admin may", async () => {
  await visit("admin");
  const settings = { enabled: true, host: "127.0.0.1", port: String(scene.server.port), security: "none", userName: "", fromAddress: "flotilla@example.test" };
  expect(await saveMail({ ...settings, port: "many" })).toMatchObject({ ok: false, fields: { port: expect.any(String) } });
  expect(await saveMail({ ...settings, host: "" })).toMatchObject({ ok: false, fields: { host: expect.any(String) } });
  expect(await saveMail(settings)).toMatchObject({ ok: true, message: "Saved. Mail is on." });
  expect(await sendTest({})).toMatchObject({ ok: true, data: { answer: "250 2.0.0 Queued as 4f1c" } });
  scene.server.answers.RCPT = "550 5.7.1 Relaying denied";
  expect(await sendTest({})).toMatchObject({ ok: false, code: "mail_refused", message: expect.stringContaining("550 5.7.1 Relaying denied") as string });
  delete scene.server.answers.RCPT;
  for (const role of ["gitops", "maintainer", "observer"] as const) {
    await visit(role);
    expect(await saveMail(settings)).toMatchObject({ ok: false, code: "permission_denied" });
    expect(await sendTest({})).toMatchObject({ ok: false, code: "permission_denied" });
  }
});
