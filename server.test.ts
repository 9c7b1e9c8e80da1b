import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "@/lib/simulator/stack/start-server";

const program = join("dist", "server-start", "server.mjs");
let folder: string;
let taken: Server;
let newer: { url: string; drop: () => Promise<unknown> };

beforeAll(async () => {
  const bundled = `const { bundle } = await import("./scripts/build-server.mjs"); await bundle({ "server-start/server": "server.ts", "server-start/agents-thread": "agents-thread.ts", "server-start/check-ins-thread": "check-ins-thread.ts" });`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", bundled]);
  folder = mkdtempSync(join(tmpdir(), "server-start-"));
  writeFileSync(join(folder, "a-file"), "");
  writeFileSync(join(folder, "secret.key"), "a key for tests only, of forty characters", { mode: 0o600 });
  chmodSync(join(folder, "secret.key"), 0o644);
  taken = createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", () => resolve()));
  newer = await databaseOfTomorrow();
});
afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve));
  await newer.drop();
  rmSync(join("dist", "server-start"), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** A database that a version of the future has migrated. */
async function databaseOfTomorrow(): Promise<typeof newer> {
  const admin = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await admin.connect();
  const name = `tomorrow_${process.pid}`;
  await admin.query(`create database ${name}`);
  const url = new URL(process.env.DATABASE_URL ?? "");
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
  await client.query("insert into _prisma_migrations (id, checksum, finished_at, migration_name) values ('1', 'x', now(), '29991231000000_tomorrow')");
  await client.end();
  return { url: url.href, drop: () => admin.query(`drop database if exists ${name} with (force)`).then(() => admin.end()) };
}

/** Starts the server as `npm start` would, in a folder of its own, and waits for its end. */
async function start(environment: Record<string, string>, onChild?: (child: ChildProcess) => void): Promise<{ code: number | null; said: string }> {
  const kept = Object.fromEntries(["PATH", "HOME", "TMPDIR"].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const own = { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", HOST: "127.0.0.1", PORT: "0", TLS_PORT: "0", DATA_DIR: join(folder, "data") };
  const child = spawn(process.execPath, [program], { env: { ...kept, ...own, ...environment } as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe"] });
  onChild?.(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}

const secret = { SECRET_KEY: "a key for tests only, of forty characters" };
const port = () => String((taken.address() as AddressInfo).port);

test.each<[string, () => Record<string, string>, RegExp]>([
  ["a DATABASE_URL that is no address", () => ({ DATABASE_URL: "mysql://x" }), /^DATABASE_URL is not usable: expected an address such as postgresql:\/\//],
  [
    "a DATABASE_URL that nobody answers",
    () => ({ ...secret, DATABASE_URL: `postgresql://flotilla:hush-hush@127.0.0.1:1/flotilla` }),
    /^DATABASE_URL doesn't lead to a database: .*ECONNREFUSED.* Check host, port, name, user and password/,
  ],
  [
    "a DATABASE_URL that names a database which isn't there",
    () => ({ ...secret, DATABASE_URL: newer.url.replace(/tomorrow_\d+/, "nothing_here") }),
    /^DATABASE_URL doesn't lead to a database: .*nothing_here.* Check/,
  ],
  ["a DATA_DIR that can't be written", () => ({ DATA_DIR: join(folder, "a-file", "data") }), /^DATA_DIR .*a-file\/data can't be written\. Give this account/],
  ["a taken PORT", () => ({ PORT: port() }), /^Port \d+ is taken by another program\. Stop the other program, or set PORT to a free port\./],
  [
    "a taken TLS_PORT",
    () => ({ ...secret, DATABASE_URL: newer.url, TLS_PORT: port() }),
    /^Port \d+ is taken by another program\..* set TLS_PORT to a free port/,
  ],
  [
    "a taken METRICS_PORT",
    () => ({ ...secret, DATABASE_URL: newer.url, METRICS_PORT: port() }),
    /^Port \d+ is taken by another program\..* set METRICS_PORT to a free port/,
  ],
  [
    "a TMPDIR that isn't there",
    () => ({ TMPDIR: "/nowhere" }),
    /^The folder for temporary files, \/nowhere, can't hold a socket \(ENOENT.*Set TMPDIR to a short path/,
  ],
  ["a METRICS_TOKEN that can be guessed", () => ({ METRICS_TOKEN: "short" }), /^METRICS_TOKEN is not usable: expected at least 16 characters without spaces/],
  ["a missing SECRET_KEY", () => ({ DATABASE_URL: newer.url }), /^SECRET_KEY is missing\. Set it to at least 32 characters/],
  ["a SECRET_KEY that is too short", () => ({ DATABASE_URL: newer.url, SECRET_KEY: "short" }), /^SECRET_KEY is not usable: expected at least 32 characters/],
  ["a secret key that others can read", () => ({ DATABASE_URL: newer.url, DATA_DIR: folder }), /secret\.key can be read by other accounts\. Run `chmod 600/],
  [
    "a database of a newer version",
    () => ({ ...secret, DATABASE_URL: newer.url }),
    /^The database was upgraded by a newer Flotilla .*Start that version or a later one/,
  ],
  [
    "a certificate without its key",
    () => ({ ...secret, DATABASE_URL: newer.url, TLS_CERT_FILE: join(folder, "a-file") }),
    /^TLS_CERT_FILE and TLS_KEY_FILE belong together\. Set both, or none/,
  ],
  [
    "a certificate that isn't where it should be",
    () => ({ ...secret, DATABASE_URL: newer.url, TLS_CERT_FILE: "/nowhere/cert.pem", TLS_KEY_FILE: "/nowhere/key.pem" }),
    /^TLS_CERT_FILE names \/nowhere\/cert\.pem, which can't be read\. Check the path/,
  ],
])("%s stops the start with one sentence and its remedy", async (_name, environment, sentence) => {
  const { code, said } = await start(environment());
  const lines = said.trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^Flotilla can't start\. /);
  expect(lines[0]?.replace("Flotilla can't start. ", "")).toMatch(sentence);
  expect(said).not.toContain("hush-hush");
  expect(code).toBe(1);
});

test("while it starts it lives, isn't ready, asks agents and people to come again, and ends when it is told to", async () => {
  // The database's address accepts connections and never answers.
  const silent = `postgresql://flotilla@127.0.0.1:${port()}/flotilla`;
  const own = await freePort();
  let child: ChildProcess | undefined;
  const ended = start({ ...secret, DATABASE_URL: silent, PORT: String(own) }, (started) => (child = started));
  const ask = async (path: string, method = "GET") => {
    const answer = await fetch(`http://127.0.0.1:${own}${path}`, { method });
    return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get("retry-after") };
  };
  await expect.poll(() => ask("/healthz").catch(() => null), { timeout: 9_000 }).toMatchObject({ status: 200, text: "ok\n" });
  expect(await ask("/readyz")).toMatchObject({ status: 503, text: "starting or stopping\n", retryAfter: "2" });
  expect(await ask("/hosts")).toMatchObject({ status: 503, retryAfter: "2" });
  const agent = await ask("/api/osquery/enroll", "POST");
  expect(agent.status).toBe(503);
  expect(agent.text).not.toContain("node_invalid");
  child?.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, said: "" });
});

/** A server whose start goes on for ever, since its database never answers; with a folder for temporary files of its own. */
async function startUnfinished(environment: Record<string, string> = {}) {
  const temporary = join(folder, "temporary");
  mkdirSync(temporary, { recursive: true });
  const own = await freePort();
  let child: ChildProcess | undefined;
  const ended = start(
    { ...secret, DATABASE_URL: `postgresql://flotilla@127.0.0.1:${port()}/flotilla`, PORT: String(own), TMPDIR: temporary, ...environment },
    (started) => (child = started),
  );
  const ask = (path: string) => fetch(`http://127.0.0.1:${own}${path}`).then(({ status }) => status);
  await expect.poll(() => ask("/healthz").catch(() => null), { timeout: 9_000 }).toBe(200);
  return {
    ended,
    ask,
    kill: (signal: NodeJS.Signals) => child?.kill(signal),
    left: () => readdirSync(temporary).filter((name) => name.startsWith("flotilla-")),
  };
}

test.each(["agents", "check-ins", "main"])(
  "an exception that nobody caught in the %s thread ends the process, which says why and leaves nothing behind",
  async (thread) => {
    // Of the threads, the check-ins' alone has no requests that could bring the fault: it hears of them.
    const faulty = `import { isMainThread, workerData, BroadcastChannel } from "node:worker_threads"; import { subscribe } from "node:diagnostics_channel";
    const name = isMainThread ? "main" : workerData.agents ? "check-ins" : "agents";
    const fail = (of) => of === "/fault/" + name && process.nextTick(() => { throw new Error("a fault for this test"); });
    const faults = new BroadcastChannel("faults");
    faults.unref();
    if (name === "check-ins") faults.onmessage = ({ data }) => fail(data);
    subscribe("http.server.request.start", ({ request }) => { faults.postMessage(request.url); fail(request.url); });`;
    const { ended, ask, left } = await startUnfinished({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(faulty)}` });
    // Its answer may get out, or not.
    await ask(`/fault/${thread}`).catch(() => undefined);
    const { code, said } = await ended;
    expect(code).toBe(1);
    const lines = said
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string; "error.message": string });
    const why = thread === "main" ? "an exception was left to nobody" : `the ${thread}' thread ended`;
    expect(lines.filter(({ msg }) => msg.startsWith(why)).map((line) => line["error.message"])).toEqual([expect.stringContaining("a fault for this test")]);
    expect(left()).toEqual([]);
  },
);

test("a killed process's socket is in nobody's way, and the next start takes it away", async () => {
  const killed = await startUnfinished();
  const [abandoned] = killed.left();
  expect(abandoned).toMatch(/^flotilla-pages-/);
  killed.kill("SIGKILL");
  await killed.ended;
  expect(killed.left()).toEqual([abandoned]);
  const next = await startUnfinished();
  expect(await next.ask("/hosts")).toBe(503);
  expect(next.left()).toHaveLength(1);
  expect(next.left()).not.toContain(abandoned);
  next.kill("SIGTERM");
  expect((await next.ended).code).toBe(0);
  expect(next.left()).toEqual([]);
});
