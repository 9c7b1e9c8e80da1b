import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { StartupError } from "../errors";

// One number for all instances: whoever holds it migrates, the others wait and then find nothing to do.
const migrationLock = 72_707_369;

const createLedger = `
create table if not exists _prisma_migrations (
  id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
  logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

/** How a migration waits for instances that serve meanwhile: so long for a lock, then it lets them pass and tries again, so many times. */
export interface MigrationPatience {
  lockWaitMs: number;
  restMs: number;
  attempts: number;
}

const usualPatience: MigrationPatience = { lockWaitMs: 3000, restMs: 1000, attempts: 20 };
/** Deadlock, serialisation, and a lock that wasn't free in time: others were in the way, the migration itself isn't wrong. */
const othersInTheWay = new Set(["40P01", "40001", "55P03"]);

/**
 * Brings the database to this version: runs the migrations that it lacks, in order, each in one transaction, under an advisory lock. Others may serve on the
 * database meanwhile: a migration that can't have its locks doesn't make them wait for long.
 * @returns the names of those that ran now
 * @throws StartupError `database_unreachable`, `database_newer`, `migration_changed`, `migration_failed`
 */
export async function migrate(url: string, folder = migrationsFolder(), patience: MigrationPatience = usualPatience): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: "flotilla-migrate", connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    throw new StartupError(
      "database_unreachable",
      `DATABASE_URL doesn't lead to a database: ${(cause as Error).message}. Check host, port, name, user and password, and that PostgreSQL runs.`,
      { cause },
    );
  }
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await client.query(createLedger);
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      "select migration_name, checksum from _prisma_migrations where rolled_back_at is null and finished_at is not null",
    );
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const known = readMigrations(folder);
    const newer = [...applied.keys()].find((name) => !known.some((migration) => migration.name === name));
    if (newer) {
      throw new StartupError(
        "database_newer",
        `The database was upgraded by a newer Flotilla (migration ${newer}). Start that version or a later one; going back needs a backup.`,
      );
    }
    const ran: string[] = [];
    for (const migration of known) {
      const checksum = applied.get(migration.name);
      if (checksum === undefined) {
        await apply(client, migration, patience);
        ran.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new StartupError("migration_changed", `Migration ${migration.name} differs from the one this database ran. Restore the file of the release.`);
      }
    }
    return ran;
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

function migrationsFolder(): string {
  return join(process.cwd(), "prisma", "migrations");
}

function readMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) {
    throw new StartupError("migrations_missing", `${folder} is missing. Start Flotilla from its own folder.`);
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

async function apply(client: pg.Client, migration: Migration, { lockWaitMs, restMs, attempts }: MigrationPatience): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyOnce(client, migration, lockWaitMs);
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string };
      if (othersInTheWay.has(code ?? "") && attempt < attempts) {
        await pause(restMs);
        continue;
      }
      throw new StartupError("migration_failed", `Migration ${migration.name} failed: ${message}. Nothing of it was kept; the database is as it was before.`, {
        cause,
      });
    }
  }
}

async function applyOnce(client: pg.Client, { name, sql, checksum }: Migration, lockWaitMs: number): Promise<void> {
  try {
    await client.query("begin");
    await client.query("select set_config('lock_timeout', $1, true)", [`${lockWaitMs}ms`]);
    await client.query(sql);
    await client.query("insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) values ($1, $2, $3, now(), 1)", [
      randomUUID(),
      checksum,
      name,
    ]);
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback").catch(() => undefined);
    throw cause;
  }
}
