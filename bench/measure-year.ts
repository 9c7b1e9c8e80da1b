import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import { getPool } from "@/lib/db/pool";
import { closeDatabase } from "@/lib/db/prisma";
import { resetEnv } from "@/lib/env";
import { migrateQueue } from "@/lib/jobs/run-worker";
import type { BenchOptions } from "./bench-options";
import { usualFleet } from "./fleet-plan";
import { seedFleet } from "./seed-fleet";
import { simulateYear, yearRates, type Night } from "./simulate-year";

const days = 365;
const daysPerMonth = 30;
const wholeFleet = 100_000;
const policies = 200;

// What grows with time, and what is large with the fleet.
const shown = [
  "access_transitions",
  "compliance_reports",
  "report_events",
  "activities",
  "entra_devices",
  "policy_results",
  "label_memberships",
  "hosts",
  "host_seen",
  "host_entra_identities",
  "host_compliance",
  "host_places",
  "host_texts",
  "policy_tally_changes",
];
const history = new Set(["access_transitions", "compliance_reports", "report_events", "activities"]);

/**
 * Lives a year of a fleet at 1:100 day by day, with the nightly removal, and vacuum when the tables' own settings would have called it, and prints each month
 * how large everything is, how much of it is dead, and how long the nights took; then what that makes for a hundred thousand hosts.
 */
export async function measureYear(options: BenchOptions): Promise<void> {
  const hosts = options.hosts ?? wholeFleet / 100;
  // Autovacuum goes by the real clock, and here a day takes a second.
  const postgres = await startEmbeddedPostgres(options.folder, { autovacuum: "off", synchronous_commit: "off", track_counts: "on" });
  const client = new Client({ connectionString: postgres.url, application_name: "flotilla-bench-year" });
  const environment = { ...process.env };
  try {
    Object.assign(process.env, { DATABASE_URL: postgres.url, SECRET_KEY: "a key for the bench only, of forty letters", LOG_LEVEL: "error" });
    resetEnv();
    await migrate(postgres.url);
    await client.connect();
    await migrateQueue(getPool());
    const start = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000);
    const connection = { id: 0, tenantId: randomUUID() };
    connection.id = await insertConnection(client, connection.tenantId, start);
    const entra = { connectionId: connection.id, tenantId: connection.tenantId, domain: "bench.example", told: true };
    const fleet = await seedFleet(postgres.url, { ...usualFleet, hosts, policies, gatedPolicies: 5, scopedPolicies: 5, entra, now: start });
    const { rows: version } = await client.query<{ server_version: string }>("show server_version");
    console.log(`\n   PostgreSQL ${version[0]?.server_version}; ${hosts.toLocaleString("en")} hosts × ${policies} policies, ${days} days. A day: ${rates()}`);
    console.log(
      "   (Microsoft's answers are written as the senders write them; all else by the product's own verbs. Vacuum runs when the tables' settings call it.)",
    );
    await client.query("select pg_stat_reset()");

    const year = simulateYear(client, fleet, connection, start);
    let nights: Night[] = [];
    let vacuums = 0;
    printMonthHead();
    for (let day = 0; day < days; day += 1) {
      await year.liveDay(day);
      nights.push(await year.prune(day));
      vacuums += await vacuumWhatIsDue(client);
      if ((day + 1) % daysPerMonth !== 0 && day !== days - 1) continue;
      // Each connection tells its counts when it closes.
      await closeDatabase();
      printMonth(day + 1, await readTables(client), nights, vacuums);
      nights = [];
      vacuums = 0;
    }
    printYear(await readTables(client), hosts);
    console.log(`   largest of all others: ${await largestOthers(client)}`);
  } finally {
    await closeDatabase();
    await client.end();
    await postgres.stop();
    for (const name of ["DATABASE_URL", "SECRET_KEY", "LOG_LEVEL"]) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    resetEnv();
  }
}

function rates(): string {
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return [
    `${percent(yearRates.flippingShare)} of hosts fail and mend`,
    `${yearRates.otherChangesPerHost} other answers a host change`,
    `every device told again`,
    `${yearRates.rounds} rounds in which all confirm (real agents: 24)`,
    `${percent(yearRates.replacedShare)} of hosts replaced a month`,
    `${yearRates.signIns} sign-ins, ${yearRates.refusedSignIns} refused, ${yearRates.adminEdits} edit.`,
  ].join(", ");
}

async function insertConnection(client: Client, tenantId: string, at: Date): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into entra_connections (name, is_default, provider, cloud, tenant_id, tenant_domain, client_id, credential_kind, state, connected_at, last_heartbeat_at)
     values ('Bench', true, 'intune_partner', 'global', $1, 'bench.example', $2, 'secret', 'connected', $3, $3) returning id`,
    [tenantId, randomUUID(), at],
  );
  return rows[0]?.id ?? 0;
}

/** Vacuums the tables whose dead or new rows have passed what their settings, or the server's, allow: what autovacuum would have done that day. */
async function vacuumWhatIsDue(client: Client): Promise<number> {
  const { rows } = await client.query<{ name: string }>(
    `with settings as (
       select c.oid, (select coalesce(jsonb_object_agg(split_part(o, '=', 1), split_part(o, '=', 2)::float8), '{}') from unnest(c.reloptions) o where o ~ '=[0-9.]+$') as own
       from pg_class c where c.relkind = 'r'),
     defaults as (select jsonb_object_agg(name, setting::float8) as own from pg_settings where name ~ '^autovacuum_vacuum.*(threshold|scale_factor)$')
     select s.schemaname || '.' || s.relname as name
     from pg_stat_user_tables s join pg_class c on c.oid = s.relid join settings t on t.oid = c.oid cross join defaults d
     cross join lateral (select d.own || t.own as own) o
     where s.n_dead_tup > (o.own->>'autovacuum_vacuum_threshold')::float8 + (o.own->>'autovacuum_vacuum_scale_factor')::float8 * greatest(c.reltuples, 0)
        or s.n_ins_since_vacuum > (o.own->>'autovacuum_vacuum_insert_threshold')::float8 + (o.own->>'autovacuum_vacuum_insert_scale_factor')::float8 * greatest(c.reltuples, 0)`,
  );
  for (const { name } of rows) await client.query(`vacuum (analyze) ${name}`);
  return rows.length;
}

interface TableFacts {
  name: string;
  rows: number;
  bytes: number;
  indexBytes: number;
  dead: number;
  updates: number;
  hot: number;
}

async function readTables(client: Client): Promise<TableFacts[]> {
  const facts: TableFacts[] = [];
  for (const name of shown) {
    const { rows } = await client.query<TableFacts>(
      `select $1::text as name, (select count(*) from ${name})::float8 as rows, pg_total_relation_size($1::text::regclass)::float8 as bytes,
         pg_indexes_size($1::text::regclass)::float8 as "indexBytes", n_dead_tup::float8 as dead, n_tup_upd::float8 as updates, n_tup_hot_upd::float8 as hot
       from pg_stat_user_tables where relid = $1::text::regclass`,
      [name],
    );
    if (rows[0]) facts.push(rows[0]);
  }
  const { rows } = await client.query<{ bytes: number }>("select pg_database_size(current_database())::float8 as bytes");
  facts.push({ name: "everything", rows: 0, bytes: rows[0]?.bytes ?? 0, indexBytes: 0, dead: 0, updates: 0, hot: 0 });
  return facts;
}

/** So that nothing grows unseen. */
async function largestOthers(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string; bytes: number }>(
    `select relname as name, pg_total_relation_size(relid)::float8 as bytes from pg_stat_user_tables where relname <> all($1::text[]) order by 2 desc limit 4`,
    [shown],
  );
  return rows.map(({ name, bytes }) => `${name} ${megabytes(bytes)} MB`).join(", ");
}

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
const count = (value: number) => Math.round(value).toLocaleString("en");
const cells = (values: (string | number)[], widths: number[]) => values.map((value, index) => String(value).padStart(widths[index] ?? 10)).join("");
const monthWidths = [5, 20, 20, 20, 20, 13, 13, 11, 9, 13, 12, 9];

function printMonthHead(): void {
  console.log("\n   rows and MB with indexes");
  console.log(
    cells(
      ["day", "transitions", "reports", "events", "activities", "results MB", "hosts MB", "all MB", "dead %", "night ms", "batch max", "vacuums"],
      monthWidths,
    ),
  );
}

function printMonth(day: number, tables: TableFacts[], nights: Night[], vacuums: number): void {
  const of = (name: string) => tables.find((table) => table.name === name) as TableFacts;
  const both = (name: string) => `${count(of(name).rows)} ${megabytes(of(name).bytes)}`;
  const aboutHosts = ["hosts", "host_seen", "host_entra_identities", "host_compliance", "entra_devices", "host_places", "host_texts"].reduce(
    (sum, name) => sum + of(name).bytes,
    0,
  );
  const dead = tables.reduce((sum, table) => sum + table.dead, 0);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const totals = nights.map(({ totalMs }) => totalMs).toSorted((left, right) => left - right);
  const longest = Math.max(...nights.map(({ longestMs }) => longestMs));
  console.log(
    cells(
      [
        day,
        both("access_transitions"),
        both("compliance_reports"),
        both("report_events"),
        both("activities"),
        megabytes(of("policy_results").bytes),
        megabytes(aboutHosts),
        megabytes(of("everything").bytes),
        ((100 * dead) / (rows + dead)).toFixed(1),
        `${Math.round(totals[Math.floor(totals.length / 2)] ?? 0)} [${Math.round(totals.at(-1) ?? 0)}]`,
        `${Math.round(longest)} ms`,
        vacuums,
      ],
      monthWidths,
    ),
  );
}

function printYear(tables: TableFacts[], hosts: number): void {
  const widths = [24, 12, 10, 12, 12, 12, 9, 10];
  console.log("\n   after the year, per table");
  console.log(cells(["table", "rows", "MB", "of it index", "bytes/row", "bytes/host", "dead %", "HOT %"], widths));
  for (const { name, rows, bytes, indexBytes, dead, updates, hot } of tables.filter((table) => table.name !== "everything")) {
    console.log(
      cells(
        [
          name,
          count(rows),
          megabytes(bytes),
          megabytes(indexBytes),
          rows === 0 ? "–" : count(bytes / rows),
          count(bytes / hosts),
          ((100 * dead) / Math.max(1, rows + dead)).toFixed(1),
          updates === 0 ? "–" : ((100 * hot) / updates).toFixed(0),
        ],
        widths,
      ),
    );
  }
  const sum = (wanted: (table: TableFacts) => boolean) => tables.filter(wanted).reduce((total, { bytes }) => total + bytes, 0);
  const past = sum(({ name }) => history.has(name));
  const present = sum(({ name }) => name !== "everything" && !history.has(name));
  const perHost = (bytes: number) => `${count(bytes / hosts)} bytes a host`;
  const whole = (bytes: number) => `${((bytes / hosts) * wholeFleet * 1e-9).toFixed(1)} GB`;
  console.log(`\n   what is: ${perHost(present)}; what was: ${perHost(past)} after ${days} days with the usual retention`);
  console.log(
    `   extrapolated in proportion to ${count(wholeFleet)} hosts, not measured: ${whole(present)} of present state, ${whole(past)} of history, ${whole(present + past)} together`,
  );
}
