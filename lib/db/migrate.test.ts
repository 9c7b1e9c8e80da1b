import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { migrateQueue } from "../jobs/run-worker";
import { migrate } from "./migrate";

let folder: string;
let admin: pg.Client;
let url: string;
const made: string[] = [];

beforeAll(async () => {
  admin = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await admin.connect();
});
afterAll(async () => {
  for (const name of made) await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
});
// Each test has an empty database, and a folder with two small migrations.
beforeEach(async () => {
  const name = `migrate_${randomBytes(6).toString("hex")}`;
  await admin.query(`create database ${name}`);
  made.push(name);
  const address = new URL(process.env.DATABASE_URL ?? "");
  address.pathname = `/${name}`;
  url = address.href;
  folder = mkdtempSync(join(tmpdir(), "migrations-"));
  add("20260101000000_first", "create table things (id int primary key);");
  add("20260102000000_second", "insert into things values (1);");
  return () => rmSync(folder, { recursive: true, force: true });
});

function add(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "migration.sql"), sql);
}

async function rows(text: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}

test("several instances that start at once run each migration once, and the others wait for it", async () => {
  const ran = await Promise.all([migrate(url, folder), migrate(url, folder), migrate(url, folder), migrate(url, folder)]);
  expect(ran.toSorted((a, b) => b.length - a.length)).toEqual([["20260101000000_first", "20260102000000_second"], [], [], []]);
  expect(await rows("select id from things")).toEqual([{ id: 1 }]);
});

test("several instances that start at once on an empty database all end with the product's own tables and queue", async () => {
  const start = async () => {
    await migrate(url);
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    pool.on("error", () => undefined);
    await migrateQueue(pool).finally(() => pool.end());
  };
  await Promise.all([start(), start(), start()]);
  expect(await rows("select count(*)::int as hosts from hosts")).toEqual([{ hosts: 0 }]);
  expect(await rows("select count(*)::int as jobs from graphile_worker.jobs")).toEqual([{ jobs: 0 }]);
  expect(await migrate(url)).toEqual([]);
});

test("a migration that finds a table in use lets those who use it pass, tries again, and says so when they never end", async () => {
  await migrate(url, folder);
  add("20260103000000_third", "alter table things add column name text;");
  const user = new pg.Client({ connectionString: url });
  await user.connect();
  await user.query("begin; select * from things;");
  const waits = async () => (await rows("select 1 from pg_locks where relation = 'things'::regclass and not granted")).length;

  const patient = migrate(url, folder, { lockWaitMs: 100, restMs: 100, attempts: 1000 });
  await expect.poll(waits, { interval: 5 }).toBe(1);
  await expect.poll(waits, { interval: 5 }).toBe(0);
  await user.query("commit");
  expect(await patient).toEqual(["20260103000000_third"]);
  expect(await rows("select name from things")).toEqual([{ name: null }]);

  add("20260104000000_fourth", "alter table things drop column name;");
  await user.query("begin; select * from things;");
  await expect(migrate(url, folder, { lockWaitMs: 10, restMs: 1, attempts: 3 })).rejects.toMatchObject({ code: "migration_failed" });
  await user.end();
});

test("a migration that fails keeps nothing of itself, says its name, and is run again by the next start", async () => {
  add("20260103000000_third", "create table others (id int); insert into nowhere values (1);");
  await expect(migrate(url, folder)).rejects.toMatchObject({ code: "migration_failed", message: expect.stringContaining("20260103000000_third") as string });
  expect(await rows("select to_regclass('others') as others")).toEqual([{ others: null }]);
  add("20260103000000_third", "create table others (id int);");
  expect(await migrate(url, folder)).toEqual(["20260103000000_third"]);
});

test("a database from a newer version is left alone", async () => {
  add("20991231000000_tomorrow", "create table tomorrow (id int);");
  await migrate(url, folder);
  rmSync(join(folder, "20991231000000_tomorrow"), { recursive: true });
  add("20260103000000_third", "create table others (id int);");
  await expect(migrate(url, folder)).rejects.toMatchObject({ code: "database_newer" });
  expect(await rows("select to_regclass('others') as others")).toEqual([{ others: null }]);
});

test("a migration whose file was changed after it ran stops the start", async () => {
  await migrate(url, folder);
  add("20260101000000_first", "create table things (id bigint primary key);");
  await expect(migrate(url, folder)).rejects.toMatchObject({ code: "migration_changed" });
});
