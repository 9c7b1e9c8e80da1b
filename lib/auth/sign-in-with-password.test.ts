import { expect, test } from "vitest";
import { getPrisma } from "../db/prisma";
import { testServerContext } from "../testing/test-context";
import { hashPassword } from "./password-hash";
import { signInWithPassword, type PasswordSignIn } from "./sign-in-with-password";

let made = 0;

async function makeUser(over: { disabledAt?: Date; passwordHash?: string | null } = {}) {
  made += 1;
  const email = `person-${made}@example.test`;
  await getPrisma().user.create({ data: { email, name: "Person", globalRole: "admin", passwordHash: await hashPassword("right-password-1"), ...over } });
  return email;
}

function attempt(email: string, password: string, address = `192.0.2.${(made += 1)}`): Promise<{ user: { email: string } }> {
  const given: PasswordSignIn = { email, password, kind: "browser", userAgent: "test", address };
  return signInWithPassword(testServerContext(), given);
}

test("the right password signs in whatever the case of the address, and is written down", async () => {
  const email = await makeUser();
  const { user } = await attempt(` ${email.toUpperCase()} `, "right-password-1");
  expect(user.email).toBe(email);
  expect(await getPrisma().activity.count({ where: { type: "user_logged_in", actorEmail: email } })).toBe(1);
});

test("an unknown address, a wrong password, a disabled user and one without a password get one answer, after a second", async () => {
  const known = await makeUser();
  const disabled = await makeUser({ disabledAt: new Date() });
  const byOthers = await makeUser({ passwordHash: null });
  const tries = [
    attempt("nobody@example.test", "right-password-1"),
    attempt(known, "wrong"),
    attempt(disabled, "right-password-1"),
    attempt(byOthers, "right-password-1"),
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
  expect(written.map(({ details }) => (details as { email: string }).email)).toEqual(
    expect.arrayContaining([known, disabled, byOthers, "nobody@example.test"]),
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
