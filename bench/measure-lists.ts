import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Client } from "pg";
import { sessionCookieName } from "@/lib/auth/session-cookie";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { hashToken } from "@/lib/secret-box";
import { signInAdmin } from "@/lib/simulator/stack/admin-client";
import { stackAdmin, startServer } from "@/lib/simulator/stack/start-server";
import type { BenchOptions } from "./bench-options";
import { usualFleet, type SeededFleet } from "./fleet-plan";
import { pages, routes, type Question } from "./list-questions";
import { seedFleet } from "./seed-fleet";
import { seedHistory } from "./seed-history";

const defaultHosts = 100_000;
const policies = 200;
const defaultRounds = 30;
const limitMs = 200;

interface Caller {
  origin: string;
  headers: Record<string, string>;
}

/**
 * Prints what lists, counts and searches take on a fleet that has run for a month: each route of the API and each page, asked one after another with
 * other parameters each time. "SQL" is what the database spent on one of them, planning included; statements of one answer run side by side.
 */
export async function measureLists(options: BenchOptions): Promise<void> {
  const hosts = options.hosts ?? defaultHosts;
  const rounds = options.rounds ?? defaultRounds;
  mkdirSync(options.folder, { recursive: true });
  const postgres = await startEmbeddedPostgres(options.folder, { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track_planning": "on" });
  const endWithUs = () => process.kill(postgres.pid, "SIGINT");
  process.prependOnceListener("exit", endWithUs);
  const sql = new Client({ connectionString: postgres.url });
  try {
    await setUp(options.folder, postgres.url);
    const plan = { ...usualFleet, hosts, policies, gatedPolicies: 10, scopedPolicies: 5, failShare: 0.03, now: new Date() };
    const fleet = await seedFleet(postgres.url, plan, (line) => console.log(`   ${line}`));
    await sql.connect();
    await seedHistory(sql, fleet);
    await sql.query("create extension if not exists pg_stat_statements");
    const slow = await askServer(sql, options.folder, postgres.url, fleet, rounds);
    console.log(slow.length === 0 ? `\n   every p95 is under ${limitMs} ms` : `\n   p95 over ${limitMs} ms: ${slow.join(", ")}`);
  } finally {
    await sql.end().catch(() => undefined);
    await postgres.stop();
    process.removeListener("exit", endWithUs);
  }
}

// The first start makes the organisation and its admin, in whose name some of what happened was done.
async function setUp(folder: string, databaseUrl: string): Promise<void> {
  const server = await startServer({ dataDir: folder, databaseUrl, environment: { LOG_LEVEL: "error" } });
  await server.stop();
}

/** Asks everything of a server on the seeded database; returns what was slow. */
async function askServer(sql: Client, folder: string, databaseUrl: string, fleet: SeededFleet, rounds: number): Promise<string[]> {
  const server = await startServer({ dataDir: folder, databaseUrl, environment: { LOG_LEVEL: "error" } });
  try {
    const { token } = await signInAdmin(server.origin, stackAdmin);
    const api = { origin: `${server.origin}/api/v1/fleet/`, headers: { authorization: `Bearer ${token}` } };
    const people = { origin: `${server.origin}/`, headers: { cookie: `${sessionCookieName}=${await browserSession(sql)}` } };
    return [...(await ask(sql, "API routes", api, routes(fleet), rounds)), ...(await ask(sql, "pages, with their markup", people, pages(fleet), rounds))];
  } finally {
    await server.stop();
  }
}

async function ask(sql: Client, title: string, caller: Caller, questions: Question[], rounds: number): Promise<string[]> {
  console.log(`\n   ${title.padEnd(44)} ${["first", "p50", "p95", "max", "SQL p50", "KB"].map((head) => head.padStart(9)).join("")}`);
  const slow: string[] = [];
  for (const { name, path } of questions) {
    const first = await time(caller, path(0));
    const took: number[] = [];
    const inSql: number[] = [];
    let bytes = 0;
    for (let n = 1; n <= rounds; n += 1) {
      await sql.query("select pg_stat_statements_reset()");
      const answer = await time(caller, path(n));
      took.push(answer.ms);
      bytes = answer.bytes;
      inSql.push(await sqlTime(sql));
    }
    const p95 = percentile(took, 0.95);
    if (p95 > limitMs) slow.push(name);
    const figures = [first.ms, percentile(took, 0.5), p95, Math.max(...took), percentile(inSql, 0.5), bytes / 1024];
    console.log(`   ${name.padEnd(44)} ${figures.map((figure) => figure.toFixed(0).padStart(9)).join("")}${p95 > limitMs ? "  over" : ""}`);
  }
  return slow;
}

async function time({ origin, headers }: Caller, path: string): Promise<{ ms: number; bytes: number }> {
  const started = performance.now();
  const response = await fetch(origin + path, { headers, redirect: "manual", signal: AbortSignal.timeout(120_000) });
  const body = await response.arrayBuffer();
  const ms = performance.now() - started;
  if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status} instead of 200: ${Buffer.from(body).toString("utf8").slice(0, 300)}`);
  return { ms, bytes: body.byteLength };
}

async function sqlTime(sql: Client): Promise<number> {
  const { rows } = await sql.query<{ ms: number | null }>(
    `select sum(total_exec_time + total_plan_time) as ms from pg_stat_statements where query not like '%pg_stat_statements%' and query not like '%graphile_worker%'`,
  );
  return rows[0]?.ms ?? 0;
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

// A session as a browser holds one: the sign-in form is not what is measured.
async function browserSession(sql: Client): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await sql.query(
    `insert into sessions (id, session_token, user_id, kind, expires) select gen_random_uuid()::text, $1, id, 'browser', now() + interval '1 day' from users where email = $2`,
    [hashToken(token), stackAdmin.email],
  );
  return token;
}
