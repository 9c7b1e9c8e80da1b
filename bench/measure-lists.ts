import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Client } from "pg";
import { sessionCookieName } from "@/lib/auth/session-cookie";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import { hashToken } from "@/lib/secret-box";
import { signInAdmin } from "@/lib/simulator/stack/admin-client";
import { stackAdmin, startServer } from "@/lib/simulator/stack/start-server";
import type { BenchOptions } from "./bench-options";
import { usualFleet, type SeededFleet } from "./fleet-plan";
import { seedFleet } from "./seed-fleet";

const defaultHosts = 100_000;
const policies = 200;
const defaultRounds = 30;
const limitMs = 200;
const mostPerPage = 50;

/** One thing that is asked: its name in the table, and the address for the nth time. */
interface Question {
  name: string;
  path: (n: number) => string;
}

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
  process.once("exit", endWithUs);
  const sql = new Client({ connectionString: postgres.url });
  try {
    await migrate(postgres.url);
    const plan = { ...usualFleet, hosts, policies, gatedPolicies: 10, scopedPolicies: 5, failShare: 0.03, now: new Date() };
    const fleet = await seedFleet(postgres.url, plan, (line) => console.log(`   ${line}`));
    await sql.connect();
    await seedHistory(sql, fleet);
    const server = await startServer({ dataDir: options.folder, databaseUrl: postgres.url, environment: { LOG_LEVEL: "error" } });
    try {
      const { token } = await signInAdmin(server.origin, stackAdmin);
      await sql.query("create extension if not exists pg_stat_statements");
      const api = { origin: `${server.origin}/api/v1/fleet/`, headers: { authorization: `Bearer ${token}` } };
      const people = { origin: `${server.origin}/`, headers: { cookie: `${sessionCookieName}=${await browserSession(sql)}` } };
      const slow = [
        ...(await ask(sql, "API routes", api, routes(fleet), rounds)),
        ...(await ask(sql, "pages, with their markup", people, pages(fleet), rounds)),
      ];
      console.log(slow.length === 0 ? `\n   every p95 is under ${limitMs} ms` : `\n   p95 over ${limitMs} ms: ${slow.join(", ")}`);
    } finally {
      await server.stop();
    }
  } finally {
    await sql.end().catch(() => undefined);
    await postgres.stop();
    process.removeListener("exit", endWithUs);
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

/** A month of reports and activities, two reports and half an activity for each host, and what waits for an admin. */
async function seedHistory(sql: Client, { hosts, firstHostId }: SeededFleet): Promise<void> {
  await sql.query(
    `insert into entra_connections (name, is_default, provider, cloud, tenant_id, state) values ('Bench', true, 'audit_only', 'global', 'bench', 'connected')`,
  );
  await sql.query(
    `insert into compliance_reports (id, host_id, host_name, connection_id, provider, kind, cause, device_id, managed, compliant, state, caused_at, created_at, sent_at, accepted_at, confirmed_at, ended_at)
     select gen_random_uuid(), h.id, h.computer_name, e.id, 'audit_only', case n % 4 when 0 then 'freshness' else 'verdict' end, 'policy_results', 'bench-' || h.id, true, n % 9 > 0,
       'confirmed', t, t, t + interval '0.3 s', t + (300 + n % 2000) * interval '1 ms', t + interval '3 s', t + interval '3 s'
     from generate_series(1, 2 * $1::int) n cross join lateral (select now() - (n::bigint * 7919 % 2592000) * interval '1 s' as t) at
     join hosts h on h.id = $2::int + n % $1::int join entra_connections e on e.is_default`,
    [hosts, firstHostId],
  );
  await sql.query(
    `insert into activities (created_at, actor_kind, actor_id, actor_name, actor_email, type, team_id, host_id, details)
     select now() - ($1::int / 2 - n) * interval '52 s', case when n % 5 = 0 then 'user' else 'server' end, case when n % 5 = 0 then u.id end,
       case when n % 5 = 0 then u.name else '' end, case when n % 5 = 0 then u.email else '' end,
       (array['host_compliance_changed', 'fleet_enrolled', 'requested_host_refetch', 'host_compliance_report_failed'])[1 + n % 4], h.team_id, h.id,
       jsonb_build_object('host_id', h.id, 'host_display_name', h.computer_name)
     from generate_series(1, $1::int / 2) n join hosts h on h.id = $2::int + n * 31 % $1::int cross join (select * from users order by id limit 1) u`,
    [hosts, firstHostId],
  );
  await sql.query(
    `insert into attention_items (code, subject, host_id, created_at) select 'device_not_found', 'host:' || id, id, now() from hosts where id % 150 = 0`,
  );
  await sql.query("vacuum analyze compliance_reports, activities, attention_items");
}

const pageSize = `per_page=${mostPerPage}`;

function searches({ hosts }: SeededFleet): [name: string, query: (n: number) => string][] {
  return [
    ["a search that hits a tenth", () => "mac-1"],
    ["a search that hits one", (n) => `person-${(n * 7919) % hosts}@`],
    ["a search that hits none", (n) => `nobody-${n}-here`],
    ["a search for two letters", (n) => ["ma", "zq", "10", "be"][n % 4] as string],
  ];
}

const orders = [
  "access",
  "id",
  "display_name",
  "platform",
  "os_version",
  "team_name",
  "seen_time",
  "changed_at",
  "last_enrolled_at",
  "status",
  "hardware_serial",
];

function routes(fleet: SeededFleet): Question[] {
  const hostId = (n: number) => fleet.firstHostId + ((n * 7919) % fleet.hosts);
  const policyId = (n: number) => fleet.policyIds[(n * 7) % fleet.policyIds.length];
  const teamId = (n: number) => fleet.teamIds[n % fleet.teamIds.length];
  const labelId = (n: number) => fleet.labelIds[n % fleet.labelIds.length];
  const deep = Math.floor(fleet.hosts / 2 / mostPerPage);
  const fixed = (name: string, path: string): Question => ({ name, path: () => path });
  return [
    ...orders.flatMap((key) => [
      fixed(`hosts by ${key}`, `hosts?${pageSize}&order_key=${key}`),
      { name: `hosts by ${key}, down, deep`, path: (n: number) => `hosts?${pageSize}&order_key=${key}&order_direction=desc&page=${deep - n}` },
    ]),
    ...["held", "in"].map((state) => fixed(`hosts ${state}`, `hosts?${pageSize}&order_key=access&access_state=${state}`)),
    ...["online", "offline", "new", "missing"].map((status) => fixed(`hosts ${status}`, `hosts?${pageSize}&order_key=access&status=${status}`)),
    { name: "hosts of a team", path: (n) => `hosts?${pageSize}&order_key=access&team_id=${teamId(n)}` },
    { name: "hosts failing a policy", path: (n) => `hosts?${pageSize}&order_key=access&policy_id=${policyId(n)}&policy_response=failing` },
    { name: "hosts passing a policy", path: (n) => `hosts?${pageSize}&order_key=access&policy_id=${policyId(n)}&policy_response=passing` },
    ...searches(fleet).map(([name, query]) => ({ name, path: (n: number) => `hosts?${pageSize}&order_key=access&query=${encodeURIComponent(query(n))}` })),
    fixed("hosts/count", "hosts/count"),
    { name: "hosts/count of a team", path: (n) => `hosts/count?team_id=${teamId(n)}` },
    fixed("host_summary", "host_summary"),
    { name: "hosts/:id", path: (n) => `hosts/${hostId(n)}` },
    { name: "hosts/identifier/:name", path: (n) => `hosts/identifier/bench-mac-${(n * 7919) % fleet.hosts}` },
    { name: "labels/:id/hosts", path: (n) => `labels/${labelId(n)}/hosts?${pageSize}&page=${n}` },
    ...["name", "failing_host_count", "passing_host_count"].map((key) => fixed(`policies by ${key}`, `policies?order_key=${key}`)),
    { name: "policies/:id", path: (n) => `policies/${policyId(n)}` },
    { name: "teams/:id/policies", path: (n) => `teams/${teamId(n)}/policies?merge_inherited=1` },
    fixed("teams", "teams"),
    fixed("labels", "labels"),
    fixed("overview", "overview"),
    { name: "overview of a team", path: (n) => `overview?team_id=${teamId(n)}` },
    { name: "hosts/:id/compliance_reports", path: (n) => `hosts/${hostId(n)}/compliance_reports?per_page=20` },
    fixed("activities", `activities?${pageSize}`),
    { name: "activities, deep", path: (n) => `activities?${pageSize}&page=${100 + n}` },
    { name: "activities, a search that hits few", path: (n) => `activities?${pageSize}&query=bench-mac-${n}77` },
    { name: "activities, a search that hits none", path: (n) => `activities?${pageSize}&query=nobody-${n}-here` },
  ];
}

function pages(fleet: SeededFleet): Question[] {
  const policyId = (n: number) => fleet.policyIds[(n * 7) % fleet.policyIds.length];
  const teamId = (n: number) => fleet.teamIds[n % fleet.teamIds.length];
  return [
    { name: "Overview", path: () => "" },
    { name: "Hosts", path: () => "hosts" },
    { name: "Hosts, page 500", path: (n) => `hosts?page=${Math.min(500, Math.floor(fleet.hosts / mostPerPage) - 40) + n}` },
    { name: "Hosts of a team", path: (n) => `hosts?team_id=${teamId(n)}` },
    { name: "Hosts, a search", path: (n) => `hosts?q=mac-${n}` },
    { name: "Hosts failing a policy", path: (n) => `hosts?policy_id=${policyId(n)}&outcome=fail` },
    { name: "A host", path: (n) => `hosts/${fleet.firstHostId + ((n * 7919) % fleet.hosts)}` },
    { name: "Policies", path: () => "policies" },
    { name: "A policy", path: (n) => `policies/${policyId(n)}` },
    { name: "Labels", path: () => "labels" },
    { name: "A label", path: (n) => `labels/${fleet.labelIds[n % fleet.labelIds.length]}` },
    { name: "Activities", path: () => "activities" },
    { name: "Activities, a search", path: (n) => `activities?q=bench-mac-${n}77` },
  ];
}
