import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of one test file. */
export interface TestDatabase {
  url: string;
  drop: () => Promise<void>;
}

/** Copies the migrated database behind `templateUrl` under a new name. */
export async function copyTestDatabase(templateUrl: string): Promise<TestDatabase> {
  const template = new URL(templateUrl);
  const name = `test_${randomBytes(6).toString("hex")}`;
  const maintenance = new URL(templateUrl);
  const templateName = template.pathname.slice(1);
  maintenance.pathname = "/postgres";
  await execute(maintenance, `create database ${name} template ${templateName}`);
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => execute(maintenance, `drop database if exists ${name} with (force)`) };
}

async function execute(url: URL, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
