import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { env } from "@/lib/env";
import { acceptanceBuckets } from "@/lib/metrics/observe-report";
import { answerBuckets } from "@/lib/metrics/answer-timer";
import { quantile } from "@/lib/metrics/histogram-counts";
import { listLatestSamples, listSampleSpans, sumSampleBuckets, type LatestSample, type SampleSpan, type SpanBuckets } from "./health-queries";
import { judgeHealth, type HealthProblem, type Instance, type RecentFigures } from "./judge-health";
import { SampleFigures } from "./sample-figures";

/** The figures of ten minutes, over all instances. Times in seconds; null without a value. */
export interface HealthPoint {
  at: Date;
  callsPerSecond: number;
  answersTimed: number;
  answerP99: number | null;
  /** Of the threads that answer agents; the longest of all instances, as all that follow. */
  loopLag: number;
  /** Of the threads of pages and jobs. */
  pageLag: number;
  accepted: number;
  acceptanceP50: number | null;
  acceptanceP95: number | null;
  reportsWaiting: number;
  reportOldest: number;
  jobsWaiting: number;
  jobOldest: number;
  poolBusy: number;
  poolWaiting: number;
  poolMax: number;
  /** Of agents' keys, those that stood in memory: 0 to 1. */
  hitShare: number | null;
  memoryBytes: number;
}

/** How the server does, now and in the last 24 hours. */
export interface Health {
  now: Date;
  /** Where the 24 hours begin. */
  since: Date;
  instances: Instance[];
  problems: HealthProblem[];
  /** Ten minutes each, oldest first; where nothing was measured there is none. */
  points: HealthPoint[];
  /** How metrics can be read; `port` null: at none of their own. */
  scraping: { port: number | null; host: string; token: boolean };
}

const spanMs = 10 * 60_000;
const dayMs = 24 * 60 * 60_000;
const recentMs = 5 * 60_000;
/** Ended instances are listed this long. */
const listedMs = 60 * 60_000;
/** Three samples missing. */
const silentAfterMs = 100_000;

/**
 * What the instances measured.
 * @throws ForbiddenError `permission_denied`
 */
export async function getHealth(ctx: SqlContext): Promise<Health> {
  authorize(ctx, "security_settings:read");
  const now = ctx.now();
  const since = new Date(Math.ceil((now.getTime() - dayMs) / spanMs) * spanMs);
  const recently = new Date(now.getTime() - recentMs);
  const [latest, points, [recent]] = await Promise.all([
    listLatestSamples(ctx.sql, new Date(now.getTime() - listedMs), now),
    listPoints(ctx, "10 minutes", since, now),
    listPoints(ctx, "5 minutes", recently, now),
  ]);
  const instances = latest
    .map((sample) => toInstance(sample, now))
    .filter((instance) => instance !== null)
    .toSorted((a, b) => b.since.getTime() - a.since.getTime());
  const { METRICS_PORT, METRICS_HOST, METRICS_TOKEN } = env();
  return {
    now,
    since,
    instances,
    problems: judgeHealth(instances, recentFigures(recent, latest), now),
    points,
    scraping: { port: METRICS_PORT ?? null, host: METRICS_HOST, token: METRICS_TOKEN !== undefined },
  };
}

// Only what is true now: a queue that has emptied isn't late any more.
function recentFigures(point: HealthPoint | undefined, latest: readonly LatestSample[]): RecentFigures {
  const [newest] = latest.toSorted((a, b) => b.at.getTime() - a.at.getTime());
  const { reportsWaiting = 0, reportOldest = 0, jobsWaiting = 0, jobOldest = 0 } = SampleFigures.safeParse(newest?.values).data ?? {};
  return {
    answersTimed: point?.answersTimed ?? 0,
    answerP99: point?.answerP99 ?? null,
    loopLag: point?.loopLag ?? 0,
    pageLag: point?.pageLag ?? 0,
    poolWaiting: point?.poolWaiting ?? 0,
    poolMax: point?.poolMax ?? 0,
    reportsWaiting,
    reportOldest,
    jobsWaiting,
    jobOldest,
  };
}

// A sample that another version wrote in another shape says at least that its instance lives; it isn't guessed at.
function toInstance({ instance, at, values }: LatestSample, now: Date): Instance | null {
  const read = SampleFigures.safeParse(values);
  if (!read.success) return null;
  const { version, since, ready, stopped, listening, memory, heapShare } = read.data;
  const silent = now.getTime() - at.getTime() > silentAfterMs;
  const state = stopped ? "stopped" : silent ? "silent" : ready ? "ready" : "not_ready";
  return { name: instance, version, since: new Date(since), at, state, listening, memoryBytes: memory, heapShare };
}

async function listPoints(ctx: SqlContext, span: string, from: Date, to: Date): Promise<HealthPoint[]> {
  const [spans, buckets] = await Promise.all([listSampleSpans(ctx.sql, span, from, to), sumSampleBuckets(ctx.sql, span, from, to)]);
  return spans.map((one) => toPoint(one, buckets.get(one.at.getTime()) ?? { answers: {}, acceptance: {} }));
}

function toPoint(span: SampleSpan, { answers, acceptance }: SpanBuckets): HealthPoint {
  const { at, seconds, calls, hostHits, hostMisses, memory, ...highest } = span;
  return {
    at,
    ...highest,
    memoryBytes: memory,
    callsPerSecond: seconds > 0 ? calls / seconds : 0,
    hitShare: hostHits + hostMisses > 0 ? hostHits / (hostHits + hostMisses) : null,
    answersTimed: sum(answers),
    answerP99: quantile(0.99, answers, answerBuckets),
    accepted: sum(acceptance),
    acceptanceP50: quantile(0.5, acceptance, acceptanceBuckets),
    acceptanceP95: quantile(0.95, acceptance, acceptanceBuckets),
  };
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
