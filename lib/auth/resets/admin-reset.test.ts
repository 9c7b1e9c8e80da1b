import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import pg from "pg";
import { startEmbeddedPostgres } from "../../db/embedded-postgres";
import { migrate } from "../../db/migrate";
import { getPrisma } from "../../db/prisma";
import { createContext } from "../../context";
import { hashToken } from "../../secret-box";
import { testServerContext } from "../../testing/test-context";
import { resetPassword } from "./reset-password";

const folder = mkdtempSync(join(tmpdir(), "flotilla-admin-reset-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

interface Outcome {
  code: number;
  out: string;
  err: string;
}

function adminReset(args: string[], environment: Record<string, string>): Promise<Outcome> {
  const { DATABASE_URL, ...rest } = process.env;
  void DATABASE_URL;
  return new Promise((resolve) => {
    execFile(process.execPath, ["scripts/admin-reset.mjs", ...args], { env: { ...rest, ...environment } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

const tokenOf = ({ out }: Outcome) => /\/reset-password\?token=([\w-]{40,})/.exec(out)?.[1] ?? "";
const outside = () => ({ DATABASE_URL: process.env.DATABASE_URL ?? "", DATA_DIR: folder });

test("the operator gets a link beside a running server, and it gives the password; nothing else changes", async () => {
  const user = await getPrisma().user.create({ data: { email: "ines@example.test", name: "Ines", globalRole: "admin", passwordHash: "lost" } });
  const outcome = await adminReset(["Ines@Example.test"], outside());
  expect(outcome).toMatchObject({ code: 0, err: "" });
  expect(outcome.out).toContain("Ines (ines@example.test)");
  expect(await getPrisma().user.findUniqueOrThrow({ where: { id: user.id } })).toEqual(user);
  const ctx = createContext({ kind: "nobody", address: "192.0.2.1" });
  await resetPassword(ctx, { token: tokenOf(outcome), newPassword: "new-harbour-2-wind" });
  expect((await getPrisma().user.findUniqueOrThrow({ where: { id: user.id } })).passwordHash).toMatch(/^\$argon2id/);
  expect(await testServerContext().db.activity.findFirst({ where: { type: "issued_reset_link" } })).toMatchObject({
    actorKind: "server",
    details: { user_email: user.email },
  });
}, 90_000);

test("a wrong call, a stranger, and users without a password of ours are refused in a sentence, and nothing is made", async () => {
  await getPrisma().user.createMany({
    data: [
      { email: "gone@example.test", disabledAt: new Date() },
      { email: "sso@example.test", ssoEnabled: true },
      { email: "program@example.test", apiOnly: true },
    ],
  });
  const before = await getPrisma().passwordReset.count();
  expect(await adminReset([], outside())).toMatchObject({ code: 2, err: expect.stringContaining("npm run admin:reset") as string });
  const refusals: [string, string][] = [
    ["stranger@example.test", "Nobody here has the mail address"],
    ["gone@example.test", "is disabled"],
    ["sso@example.test", "signs in by single sign-on"],
    ["program@example.test", "is for the API only"],
  ];
  for (const [email, words] of refusals)
    expect(await adminReset([email], outside())).toMatchObject({ code: 1, out: "", err: expect.stringContaining(words) as string });
  expect(await getPrisma().passwordReset.count()).toBe(before);
}, 90_000);

test("a folder without a database is left alone, and a database without tables is named", async () => {
  const empty = join(folder, "empty");
  expect(await adminReset(["ines@example.test"], { DATA_DIR: empty })).toMatchObject({ code: 1, err: expect.stringContaining("no database in") as string });
  expect(existsSync(empty)).toBe(false);
  const url = new URL(process.env.DATABASE_URL ?? "");
  url.pathname = "/postgres";
  const bare = await adminReset(["ines@example.test"], { DATABASE_URL: url.href, DATA_DIR: folder });
  expect(bare).toMatchObject({ code: 1, err: expect.stringContaining("older version, or empty") as string });
}, 90_000);

test("the embedded database is started when it doesn't run, and joined and left running when it does", async () => {
  const dataFolder = join(folder, "data");
  const postgres = await startEmbeddedPostgres(dataFolder, { fsync: "off" });
  await migrate(postgres.url);
  const server = new pg.Client({ connectionString: postgres.url });
  await server.connect();
  await server.query("insert into users (email, name, updated_at) values ('ines@example.test', 'Ines', now())");
  const beside = await adminReset(["ines@example.test"], { DATA_DIR: dataFolder });
  expect(beside.code).toBe(0);
  const { rows } = await server.query<{ token_hash: string }>("select token_hash from password_resets");
  expect(rows).toEqual([{ token_hash: hashToken(tokenOf(beside)) }]);
  await server.end();
  await postgres.stop();

  const alone = await adminReset(["ines@example.test"], { DATA_DIR: dataFolder });
  expect(alone.code).toBe(0);
  expect(tokenOf(alone)).not.toBe("");
  expect(existsSync(join(dataFolder, "postgres", "postmaster.pid"))).toBe(false);
}, 90_000);
