import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../db/embedded-postgres";
import { migrate } from "../db/migrate";
import { migrateQueue } from "../jobs/run-worker";

declare module "vitest" {
  interface ProvidedContext {
    testPostgresUrl: string;
  }
}

/** One PostgreSQL for the whole run, with a migrated database that each test file copies. Durability is off: nothing here outlives the run. */
export default async function startTestPostgres(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-test-"));
  const postgres = await startEmbeddedPostgres(folder, { fsync: "off", synchronous_commit: "off", full_page_writes: "off" });
  await migrate(postgres.url);
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  await migrateQueue(pool);
  await pool.end();
  project.provide("testPostgresUrl", postgres.url);
  return async () => {
    process.kill(postgres.pid, "SIGINT");
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}
