import { spawn, execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { StartupError } from "../errors";

const run = promisify(execFile);
const databaseName = "flotilla";
const userName = "flotilla";
const startTimeoutMs = 30_000;

/** A PostgreSQL of our own: its address, and how to end it. */
export interface EmbeddedPostgres {
  url: string;
  /** Process id of the postmaster, for tests that crash it. */
  pid: number;
  /** Ends the server, unless another process still uses it. */
  stop: () => Promise<void>;
}

/**
 * Starts PostgreSQL on `folder` (made when missing), on a Unix socket only, or joins the one that an earlier, killed process left running there.
 * @throws StartupError `data_dir_unwritable`, `embedded_postgres_missing`, `embedded_postgres_failed`
 */
export async function startEmbeddedPostgres(folder: string, extraSettings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  prepareFolder(folder);
  const binaries = findBinaries();
  const socketFolder = join(tmpdir(), `flotilla-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`);
  mkdirSync(socketFolder, { recursive: true, mode: 0o700 });
  if (statSync(socketFolder).uid !== process.getuid?.()) {
    throw new StartupError("embedded_postgres_failed", `${socketFolder} belongs to another user. Remove it, or set TMPDIR, and start again.`);
  }

  const dataFolder = join(folder, "postgres");
  const urlOf = (database: string) => `postgresql://${userName}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
  const running = await connects(urlOf("postgres"));
  if (!running) {
    if (!existsSync(join(dataFolder, "PG_VERSION"))) await initialise(binaries, dataFolder);
    await launch(binaries, dataFolder, socketFolder, urlOf("postgres"), extraSettings);
  }
  await createDatabase(urlOf("postgres"));
  const pid = postmasterPid(dataFolder);
  return { url: urlOf(databaseName), pid, stop: () => stopUnlessShared(urlOf("postgres"), dataFolder, pid) };
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const probe = join(folder, `.probe-${randomBytes(4).toString("hex")}`);
    writeFileSync(probe, "");
    unlinkSync(probe);
  } catch (cause) {
    throw new StartupError(
      "data_dir_unwritable",
      `DATA_DIR ${folder} can't be written. Give this account write access to it, or set DATA_DIR to another folder.`,
      {
        cause,
      },
    );
  }
}

/** The platform package holds the server; its library links may be missing where install scripts are off. */
function findBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new StartupError(
      "embedded_postgres_missing",
      `There is no built-in PostgreSQL for ${process.platform} ${process.arch}. Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      {
        cause,
      },
    );
  }
  const list = join(root, "native", "pg-symlinks.json");
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) : [];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (!existsSync(path)) {
      try {
        readlinkSync(path);
        rmSync(path);
      } catch {
        // Nothing stands there yet.
      }
      symlinkSync(basename(source), path);
    }
  }
  return join(root, "native", "bin");
}

/** PostgreSQL refuses to run as root; a user namespace shows it an ordinary account while the files stay root's. */
function asOrdinaryUser(command: string, args: string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [command, args];
  return ["unshare", ["--user", "--map-user=65534", "--map-group=65534", "--", command, ...args]];
}

async function initialise(binaries: string, dataFolder: string): Promise<void> {
  const args = ["-D", dataFolder, "-U", userName, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"];
  const [command, rest] = asOrdinaryUser(join(binaries, "initdb"), args);
  try {
    accessSync(join(binaries, "initdb"), constants.X_OK);
    await run(command, rest, { env: { ...process.env, LC_ALL: "C.UTF-8" } });
  } catch (cause) {
    const detail = lastLine((cause as { stderr?: string }).stderr ?? String(cause));
    throw new StartupError(
      "embedded_postgres_failed",
      `The built-in PostgreSQL can't prepare ${dataFolder}: ${detail}. Set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/** Of the machine's memory, or of what this process may use of it, an eighth: from 128 MB, with which a small fleet does well, to 1 GB, which holds 100,000 hosts. */
function pageCacheMb(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Math.round(Math.min(1024, Math.max(128, memory / 8 / 2 ** 20)));
}

async function launch(binaries: string, dataFolder: string, socketFolder: string, url: string, extraSettings: Record<string, string>): Promise<void> {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: "0700",
    max_connections: "120",
    shared_buffers: `${pageCacheMb()}MB`,
    max_wal_size: "2GB",
    log_min_messages: "warning",
    timezone: "UTC",
    ...extraSettings,
  };
  const args = ["-D", dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const [command, rest] = asOrdinaryUser(join(binaries, "postgres"), args);
  // Detached: a Ctrl-C in the terminal must reach only us; we then stop PostgreSQL in order.
  const child = spawn(command, rest, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  let exited = false;
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  child.on("exit", () => {
    exited = true;
  });
  child.on("error", (error) => {
    errors += error.message;
    exited = true;
  });
  const deadline = Date.now() + startTimeoutMs;
  while (!(await connects(url))) {
    // Another starter may have won the race for the folder: then its server answers soon.
    if (exited && !/lock file|already in use|is another/i.test(errors)) break;
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  if (!(await connects(url))) {
    throw new StartupError(
      "embedded_postgres_failed",
      `The built-in PostgreSQL doesn't start: ${lastLine(errors)}. Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  child.stderr.destroy();
  child.unref();
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${databaseName}`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    // It exists, or another starter makes it at this moment.
    if (code !== "42P04" && code !== "23505") throw error;
  } finally {
    await client.end();
  }
}

function postmasterPid(dataFolder: string): number {
  return Number(readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n")[0]);
}

async function stopUnlessShared(url: string, dataFolder: string, pid: number): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "flotilla-stop" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ others: number }>(
      "select count(*)::int as others from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    if ((rows[0]?.others ?? 0) > 0) return;
  } catch {
    return; // It is not there any more.
  } finally {
    await client.end().catch(() => undefined);
  }
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + startTimeoutMs;
  while (existsSync(join(dataFolder, "postmaster.pid")) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.findLast((line) => /FATAL|ERROR|error/i.test(line)) ?? lines.at(-1) ?? "no reason given").replace(/\.$/, "");
}
