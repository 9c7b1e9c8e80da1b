import { statement, type Sql } from "../db/sql";

/** What takes room: a kind of history, or what is true now. */
export type GrowthKind = "transitions" | "reports" | "activities" | "present" | "rest";

// The first table of a kind is the one whose rows are counted.
const tablesOf: Record<Exclude<GrowthKind, "rest">, readonly string[]> = {
  transitions: ["access_transitions"],
  reports: ["compliance_reports", "report_events", "attention_items"],
  activities: ["activities"],
  present: [
    "hosts",
    "host_seen",
    "host_entra_identities",
    "host_compliance",
    "policy_results",
    "label_memberships",
    "entra_devices",
    "entra_users",
    "host_places",
    "host_texts",
  ],
};

const measure = statement(
  "retention.measure_tables",
  `select t.kind, sum(pg_total_relation_size(t.name::regclass))::float8 as bytes,
     max(pg_relation_size(t.name::regclass)) filter (where t.leads)::float8 as "heapBytes",
     max(c.reltuples) filter (where t.leads)::float8 as "estimatedRows", pg_database_size(current_database())::float8 as "databaseBytes"
   from unnest($1::text[], $2::text[], $3::bool[]) as t (kind, name, leads) join pg_class c on c.oid = t.name::regclass group by t.kind`,
);

/** How much room a kind takes, with its indexes. */
export interface KindSize {
  kind: Exclude<GrowthKind, "rest">;
  bytes: number;
  heapBytes: number;
  /** What the database believes; below 0 before it looked. */
  estimatedRows: number;
  databaseBytes: number;
}

/** The size of each kind and of the whole database, without reading any row. */
export async function measureKinds(sql: Sql): Promise<KindSize[]> {
  const tables = Object.entries(tablesOf).flatMap(([kind, names]) => names.map((name, index) => ({ kind, name, leads: index === 0 })));
  return sql.rows<KindSize>(measure, [tables.map(({ kind }) => kind), tables.map(({ name }) => name), tables.map(({ leads }) => leads)]);
}

const counts = {
  transitions: statement("retention.count_transitions", "select count(*)::int as count from access_transitions"),
  reports: statement("retention.count_reports", "select count(*)::int as count from compliance_reports"),
  activities: statement("retention.count_activities", "select count(*)::int as count from activities"),
  present: statement("retention.count_hosts", "select count(*)::int as count from hosts"),
};

/** How many rows a kind has, counted. */
export async function countKind(sql: Sql, kind: keyof typeof counts): Promise<number> {
  return (await sql.rows<{ count: number }>(counts[kind]))[0]?.count ?? 0;
}

const oldest = statement(
  "retention.find_oldest",
  `select (select min(created_at) from access_transitions) as transitions, (select min(created_at) from compliance_reports) as reports,
     (select min(created_at) from activities) as activities`,
);

/** When the oldest row of each kind of history was written; null when there is none. */
export async function findOldest(sql: Sql): Promise<Record<"transitions" | "reports" | "activities", Date | null>> {
  const [row] = await sql.rows<Record<"transitions" | "reports" | "activities", Date | null>>(oldest);
  return row ?? { transitions: null, reports: null, activities: null };
}
