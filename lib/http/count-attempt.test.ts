import { afterEach, expect, test, vi } from "vitest";
import { findClientAddress } from "../agents/find-client-address";
import { getPool } from "../db/pool";
import { testServerContext } from "../testing/test-context";
import { attemptLimits, countAttempt, forgetAttempts } from "./count-attempt";
import { forgetExpiredAttempts } from "./forget-expired-attempts";

afterEach(() => {
  vi.restoreAllMocks();
});

async function useUp(kind: keyof typeof attemptLimits, key: string | string[]): Promise<void> {
  for (let i = 0; i < attemptLimits[kind].points; i += 1) await countAttempt(kind, key);
}

test("the attempt after the last one is refused with the time to wait, and other keys and kinds go on", async () => {
  await useUp("invite", "192.0.2.1");
  await expect(countAttempt("invite", "192.0.2.1")).rejects.toMatchObject({
    status: 429,
    code: "too_many_attempts",
    message: expect.stringMatching(/Wait (\d+ s|\d+ minutes)/) as string,
  });
  await countAttempt("invite", "192.0.2.2");
  await countAttempt("reset_password", "192.0.2.1");
  await forgetAttempts("invite", "192.0.2.1");
  await countAttempt("invite", "192.0.2.1");
});

test("another instance sees the same count", async () => {
  await useUp("sso_start", "192.0.2.3");
  // What a process keeps for itself is gone; the rows are not.
  delete (globalThis as { flotillaAttempts?: unknown }).flotillaAttempts;
  await expect(countAttempt("sso_start", "192.0.2.3")).rejects.toMatchObject({ status: 429 });
});

test("fifty attempts at once count as fifty", async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => countAttempt("invite", "192.0.2.4")));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(attemptLimits.invite.points);
});

test("a forged X-Forwarded-For gets no new allowance", async () => {
  const from = (forged: string) => findClientAddress("198.51.100.20", { "x-forwarded-for": forged });
  for (let i = 0; i < attemptLimits.invite.points; i += 1) await countAttempt("invite", from(`203.0.113.${i}`));
  await expect(countAttempt("invite", from("203.0.113.250"))).rejects.toMatchObject({ status: 429 });
});

test("the addresses of one IPv6 network count as one, also beside an account", async () => {
  await useUp("invite", "2001:db8:1:2::1");
  await expect(countAttempt("invite", "2001:0db8:0001:0002:ffff:ffff:ffff:ffff")).rejects.toMatchObject({ status: 429 });
  await countAttempt("invite", "2001:db8:1:3::1");
  await useUp("sign_in", ["a@example.test", "2001:db8::1"]);
  await expect(countAttempt("sign_in", ["a@example.test", "2001:db8:0:0:7::9"])).rejects.toMatchObject({ status: 429 });
});

test("no mail or network address stands in the table, and counters whose time is over are deleted", async () => {
  await countAttempt("sign_in_account", "ines@example.test");
  const { rows } = await getPool().query<{ key: string }>("select key from rate_limits");
  expect(rows.length).toBeGreaterThan(3);
  expect(JSON.stringify(rows)).not.toMatch(/@|\d+\.\d+\.\d+|db8/);
  await getPool().query("update rate_limits set expire = 1 where key like 'invite:%'");
  expect(await forgetExpiredAttempts(testServerContext())).toBeGreaterThan(2);
  const left = await getPool().query<{ key: string }>("select key from rate_limits");
  expect(left.rows.some(({ key }) => key.startsWith("invite:"))).toBe(false);
  expect(left.rows.some(({ key }) => key.startsWith("sign_in_account:"))).toBe(true);
});

test("while the database can't count, nothing is let through", async () => {
  const away = vi.spyOn(getPool(), "query") as unknown as { mockRejectedValue: (error: Error) => void };
  away.mockRejectedValue(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  await expect(countAttempt("invite", "192.0.2.9")).rejects.toMatchObject({ status: 503, code: "database_unavailable" });
  away.mockRejectedValue(new Error("timeout exceeded when trying to connect"));
  await expect(countAttempt("invite", "192.0.2.9")).rejects.toMatchObject({ status: 503, code: "database_unavailable" });
  away.mockRejectedValue(new Error("something else"));
  await expect(countAttempt("invite", "192.0.2.9")).rejects.toMatchObject({ status: 503, code: "limits_unavailable" });
});
