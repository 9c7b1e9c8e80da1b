import { expect, test } from "vitest";
import { getPool } from "../db/pool";
import { getPrisma } from "../db/prisma";
import { testServerContext } from "../testing/test-context";
import { changePassword } from "./change-password";
import { hashPassword } from "./password-hash";
import { countOwnPasswordCheck, countSignInAttempt } from "./sign-in-throttle";
import { signInWithPassword, type PasswordSignIn } from "./sign-in-with-password";
import { userActor } from "./user-actor";

let made = 0;

async function makeUser(over: { disabledAt?: Date; passwordHash?: string | null; ssoEnabled?: boolean; apiOnly?: boolean } = {}) {
  made += 1;
  const email = `person-${made}@example.test`;
  await getPrisma().user.create({ data: { email, name: "Person", globalRole: "admin", passwordHash: await hashPassword("right-password-1"), ...over } });
  return email;
}

function attempt(email: string, password: string, address = `192.0.2.${(made += 1)}`) {
  const given: PasswordSignIn = { email, password, kind: "browser", userAgent: "test", address };
  return signInWithPassword(testServerContext(), given);
}

test("the right password signs in whatever the case of the address, and is written down", async () => {
  const email = await makeUser();
  const before = await getPrisma().user.findUniqueOrThrow({ where: { email } });
  const { user } = await attempt(` ${email.toUpperCase()} `, "right-password-1");
  expect(user.email).toBe(email);
  const after = await getPrisma().user.findUniqueOrThrow({ where: { email } });
  expect(after).toEqual({ ...before, lastSignedInAt: testServerContext().now() });
  expect(await getPrisma().activity.count({ where: { type: "user_logged_in", actorEmail: email } })).toBe(1);
});

test("an unknown address, a wrong password, a disabled, a single sign-on, an API-only user and one without a password get one answer, after a second", async () => {
  const known = await makeUser();
  const disabled = await makeUser({ disabledAt: new Date() });
  const byOthers = await makeUser({ passwordHash: null });
  const bySso = await makeUser({ ssoEnabled: true });
  const program = await makeUser({ apiOnly: true });
  const tries = [
    attempt("nobody@example.test", "right-password-1"),
    attempt(known, "wrong"),
    attempt(disabled, "right-password-1"),
    attempt(byOthers, "right-password-1"),
    attempt(bySso, "right-password-1"),
    attempt(program, "right-password-1"),
  ];
  const started = performance.now();
  const answers = await Promise.all(
    tries.map((one) =>
      one.then(
        () => "in",
        (error: { code: string; status: number; message: string }) => ({ ...error, message: error.message }),
      ),
    ),
  );
  expect(performance.now() - started).toBeGreaterThanOrEqual(980);
  const [first] = answers;
  expect(first).toMatchObject({ code: "authentication_failed", status: 401, message: "Authentication failed" });
  for (const answer of answers) expect(answer).toEqual(first);
  const written = await getPrisma().activity.findMany({ where: { type: "user_failed_login" } });
  const reasons = new Map(written.map(({ details }) => [(details as { email: string }).email, (details as { reason: string }).reason]));
  expect(reasons).toEqual(
    new Map([
      ["nobody@example.test", "unknown_user"],
      [known, "wrong_password"],
      [disabled, "disabled"],
      [byOthers, "no_password"],
      [bySso, "single_sign_on_only"],
      [program, "api_only"],
    ]),
  );
  expect(JSON.stringify(written.map(({ details }) => details))).not.toContain("right-password-1");
});

test("the eleventh attempt on an account from one address is refused with the time to wait, right password or not", async () => {
  const email = await makeUser();
  const address = "198.51.100.7";
  await Promise.all(Array.from({ length: 10 }, () => attempt(email, "wrong", address).catch(() => undefined)));
  await expect(attempt(email, "right-password-1", address)).rejects.toMatchObject({
    status: 429,
    code: "too_many_sign_ins",
    retryAfterSeconds: expect.any(Number) as number,
  });
  await expect(attempt(email, "right-password-1", "198.51.100.8")).resolves.toBeDefined();
});

test("guessing from many addresses is stopped for the account, and doesn't keep its owner out where they signed in before", async () => {
  const email = await makeUser();
  const [home, elsewhere] = ["198.51.100.20", "198.51.100.21"];
  await attempt(email, "right-password-1", home);
  for (let guess = 0; guess < 100; guess += 1) await countSignInAttempt(email, `2001:db8:${guess.toString(16)}::1`);
  const refused = { status: 429, code: "too_many_sign_ins" };
  await expect(attempt(email, "right-password-1", elsewhere)).rejects.toMatchObject(refused);
  await expect(attempt(email, "right-password-1", home)).resolves.toBeDefined();
  await Promise.all(Array.from({ length: 10 }, () => attempt(email, "wrong", home).catch(() => undefined)));
  await expect(attempt(email, "right-password-1", home), "a guesser there has no more than anywhere").rejects.toMatchObject(refused);
});

test("what others guess at an account doesn't stop its owner, signed in, from changing their password", async () => {
  const email = await makeUser();
  const { user } = await attempt(email, "right-password-1");
  for (let guess = 0; guess < 100; guess += 1) await countSignInAttempt(email, `2001:db8:${guess.toString(16)}::1`);
  const actor = userActor(user, "192.0.2.1", { sessionId: "s" });
  await changePassword({ ...testServerContext(), actor }, { oldPassword: "right-password-1", newPassword: "another-password-2" });
  await Promise.all(Array.from({ length: 9 }, () => countOwnPasswordCheck(actor)));
  await expect(countOwnPasswordCheck(actor)).rejects.toMatchObject({ status: 429, code: "too_many_sign_ins" });
});

test("one address that tries many accounts is refused, too", async () => {
  const address = "203.0.113.9";
  const tries = await Promise.all(
    Array.from({ length: 31 }, (_, index) => attempt(`spread-${index}@example.test`, "x", address).catch((error: { status: number }) => error.status)),
  );
  expect(tries.filter((status) => status === 429)).toHaveLength(1);
});

test("signing in rightly is never refused for being done often", async () => {
  const email = await makeUser();
  const address = "203.0.113.20";
  for (let i = 0; i < 32; i += 1) await expect(attempt(email, "right-password-1", address)).resolves.toBeDefined();
});

test("a password that is changed while it is checked opens nothing", async () => {
  const email = await makeUser();
  const change = await getPool().connect();
  try {
    await change.query("begin");
    await change.query("update users set password_hash = 'another' where email = $1", [email]);
    const trying = attempt(email, "right-password-1").catch((error: { code: string }) => error.code);
    await expect
      .poll(async () => (await getPool().query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).rowCount)
      .toBe(1);
    await change.query("commit");
    expect(await trying).toBe("authentication_failed");
  } finally {
    change.release();
  }
  expect(await getPrisma().session.count({ where: { user: { email } } })).toBe(0);
});

test("an API-only user with a password gets a session for the REST API, never one for a browser", async () => {
  const email = await makeUser({ apiOnly: true });
  const given = { email, password: "right-password-1", userAgent: "test", address: "192.0.2.250" };
  const { session } = await signInWithPassword(testServerContext(), { ...given, kind: "api" });
  expect(session.token).toBeTypeOf("string");
  await expect(signInWithPassword(testServerContext(), { ...given, kind: "browser" })).rejects.toMatchObject({ code: "authentication_failed" });
});
