import { statement, type Sql } from "@/lib/db/sql";
import type { BucketCounts } from "@/lib/metrics/histogram-counts";
import type { SampleFigures } from "./sample-figures";

const limitTime = statement("health.limit_time", "select set_config('statement_timeout', $1::int::text, true)");

/** Ends this transaction's statements that take longer than so many milliseconds. */
export async function limitStatementTime(sql: Sql, milliseconds: number): Promise<void> {
  await sql.rows(limitTime, [milliseconds]);
}

/** Jobs that are due and nobody runs yet. `oldestAt`: since when the longest waiting one has been due. */
export interface JobBacklog {
  waiting: number;
  oldestAt: Date | null;
}

const jobs = statement(
  "health.count_jobs",
  `select count(*)::int as waiting, min(run_at) as "oldestAt" from graphile_worker.jobs
   where run_at <= $1::timestamptz and locked_at is null and attempts < max_attempts`,
);

/** The jobs that wait now. */
export async function countWaitingJobs(sql: Sql, now: Date): Promise<JobBacklog> {
  const [row] = await sql.rows<JobBacklog>(jobs, [now]);
  return row ?? { waiting: 0, oldestAt: null };
}

/** A connection's reports that haven't gone out. `oldestAt`: since when the longest waiting one that may go out now has been due. */
export interface ReportBacklog {
  connectionId: number;
  waiting: number;
  oldestAt: Date | null;
}

const reports = statement(
  "health.count_reports",
  `select e.id as "connectionId", coalesce(w.waiting, 0) as waiting, w.oldest as "oldestAt"
   from entra_connections e
   left join lateral (select count(*)::int as waiting, min(r.next_attempt_at) filter (where r.next_attempt_at <= $1::timestamptz) as oldest
     from compliance_reports r where r.connection_id = e.id and r.ended_at is null and r.state in ('queued', 'uploading', 'failed') and r.provider <> 'audit_only') w on true
   order by e.id`,
);

/** The reports that wait now, by connection. */
export async function countWaitingReports(sql: Sql, now: Date): Promise<ReportBacklog[]> {
  return sql.rows<ReportBacklog>(reports, [now]);
}

const insert = statement(
  "health.insert_sample",
  `with gone as (delete from metric_samples where at < $4::timestamptz)
   insert into metric_samples (instance, at, values) values ($1::text, $2::timestamptz, $3::text::jsonb) on conflict do nothing returning 1 as ok`,
);

/** Keeps what an instance measured, and removes what anyone measured before `keepFrom`. */
export async function insertSample(sql: Sql, instance: string, at: Date, figures: SampleFigures, keepFrom: Date): Promise<void> {
  await sql.rows(insert, [instance, at, JSON.stringify(figures), keepFrom]);
}

/** The newest sample of an instance, as it was kept. */
export interface LatestSample {
  instance: string;
  at: Date;
  values: unknown;
}

const latest = statement(
  "health.list_latest_samples",
  `select distinct on (instance) instance, at, values from metric_samples where at > $1::timestamptz and at <= $2::timestamptz order by instance, at desc`,
);

/** The newest sample of each instance that left one between two instants. */
export async function listLatestSamples(sql: Sql, from: Date, to: Date): Promise<LatestSample[]> {
  return sql.rows<LatestSample>(latest, [from, to]);
}

/** What all instances measured in one span of time: sums of what they counted, and the highest of what they read. */
export interface SampleSpan {
  at: Date;
  /** Seconds of the span in which at least one instance measured. */
  seconds: number;
  calls: number;
  hostHits: number;
  hostMisses: number;
  loopLag: number;
  pageLag: number;
  memory: number;
  poolBusy: number;
  poolWaiting: number;
  poolMax: number;
  reportsWaiting: number;
  reportOldest: number;
  jobsWaiting: number;
  jobOldest: number;
}

const highest = ["loopLag", "pageLag", "memory", "poolBusy", "poolWaiting", "poolMax", "reportsWaiting", "reportOldest", "jobsWaiting", "jobOldest"];
const summed = ["calls", "hostHits", "hostMisses"];
const figure = (aggregate: string, key: string) => `coalesce(${aggregate}((s.values->>'${key}')::float8), 0) as "${key}"`;
// A span begins at its instant; samples stand for the seconds before them.
const spanOf = "date_bin($1::text::interval, s.at - interval '1 millisecond', $2::timestamptz)";

const spans = statement(
  "health.list_sample_spans",
  `select ${spanOf} as at, (count(distinct date_bin('30 seconds', s.at, $2::timestamptz)) * 30)::int as seconds,
     ${[...summed.map((key) => figure("sum", key)), ...highest.map((key) => figure("max", key))].join(", ")}
   from metric_samples s where s.at > $2::timestamptz and s.at <= $3::timestamptz group by 1 order by 1`,
);

/** The figures of each span (such as "10 minutes", counted from `from`) that has any. */
export async function listSampleSpans(sql: Sql, span: string, from: Date, to: Date): Promise<SampleSpan[]> {
  return sql.rows<SampleSpan>(spans, [span, from, to]);
}

const buckets = statement(
  "health.sum_sample_buckets",
  `select ${spanOf} as at, b.kind, b.key as bound, sum(b.value::float8)::int as count
   from metric_samples s cross join lateral (
     select 'answers' as kind, key, value from jsonb_each_text(s.values->'answers')
     union all select 'acceptance', key, value from jsonb_each_text(s.values->'acceptance')) b
   where s.at > $2::timestamptz and s.at <= $3::timestamptz group by 1, 2, 3`,
);

/** How long answers to agents and acceptances by Microsoft took in a span, as counts by bucket. */
export interface SpanBuckets {
  answers: BucketCounts;
  acceptance: BucketCounts;
}

/** The counts of each span that has any, by the span's begin in milliseconds. */
export async function sumSampleBuckets(sql: Sql, span: string, from: Date, to: Date): Promise<Map<number, SpanBuckets>> {
  const rows = await sql.rows<{ at: Date; kind: "answers" | "acceptance"; bound: string; count: number }>(buckets, [span, from, to]);
  const found = new Map<number, SpanBuckets>();
  for (const { at, kind, bound, count } of rows) {
    const held = found.get(at.getTime()) ?? { answers: {}, acceptance: {} };
    held[kind][bound] = count;
    found.set(at.getTime(), held);
  }
  return found;
}
