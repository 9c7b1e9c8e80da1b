import { hostname } from "node:os";
import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { agentCaches } from "@/lib/agents/agent-caches";
import { productVersion } from "@/lib/auth/product-version";
import { getPool } from "@/lib/db/pool";
import { agentCounters, countCalls } from "@/lib/metrics/agent-counters";
import { countsBetween, type BucketCounts } from "@/lib/metrics/histogram-counts";
import { readHistogram } from "@/lib/metrics/read-histogram";
import { ageInSeconds, type Backlog } from "./read-backlog";
import type { SampleFigures } from "./sample-figures";

interface Reading {
  at: Date;
  calls: number;
  hostHits: number;
  hostMisses: number;
  answers: BucketCounts;
  acceptance: BucketCounts;
}

// The loop's timer counts its own interval in.
const loopResolutionMs = 20;

/** This process among those that share the database. */
export const instanceName = `${hostname()}/${process.pid}`;

/** Measures this process from one sample to the next. */
export class SampleMeter {
  private readonly loop: IntervalHistogram = monitorEventLoopDelay({ resolution: loopResolutionMs });
  private peaks = { busy: 0, waiting: 0 };
  private before: Reading;

  constructor(private readonly since: Date) {
    this.before = { at: since, calls: 0, hostHits: 0, hostMisses: 0, answers: {}, acceptance: {} };
    this.loop.enable();
  }

  /** Looks at what is high for moments only; every second. */
  look(): void {
    const { totalCount, idleCount, waitingCount } = getPool();
    this.peaks.busy = Math.max(this.peaks.busy, totalCount - idleCount);
    this.peaks.waiting = Math.max(this.peaks.waiting, waitingCount);
  }

  /** The figures since the sample before; `backlog` null when it couldn't be read. */
  async take(now: Date, backlog: Backlog | null, state: { ready: boolean; stopped: boolean }): Promise<SampleFigures> {
    this.look();
    const { before, peaks } = this;
    const reading: Reading = {
      at: now,
      calls: countCalls(agentCounters),
      hostHits: agentCounters.hostHits,
      hostMisses: agentCounters.hostMisses,
      answers: await readHistogram("flotilla_checkin_duration_seconds"),
      acceptance: await readHistogram("flotilla_report_acceptance_seconds"),
    };
    const heap = getHeapStatistics();
    const figures: SampleFigures = {
      version: productVersion,
      since: this.since.toISOString(),
      ...state,
      listening: agentCaches().isTrusted,
      seconds: Math.max(0, now.getTime() - before.at.getTime()) / 1000,
      calls: reading.calls - before.calls,
      hostHits: reading.hostHits - before.hostHits,
      hostMisses: reading.hostMisses - before.hostMisses,
      answers: countsBetween(before.answers, reading.answers),
      acceptance: countsBetween(before.acceptance, reading.acceptance),
      loopLag: rounded(Math.max(0, this.loop.percentile(99) / 1e6 - loopResolutionMs) / 1000),
      memory: process.memoryUsage.rss(),
      heapShare: rounded(heap.used_heap_size / heap.heap_size_limit),
      poolBusy: peaks.busy,
      poolWaiting: peaks.waiting,
      poolMax: getPool().options.max ?? 0,
      ...(backlog && {
        reportsWaiting: backlog.reports.reduce((sum, { waiting }) => sum + waiting, 0),
        reportOldest: Math.max(0, ...backlog.reports.map(({ oldestAt }) => rounded(ageInSeconds(oldestAt, backlog.at)))),
        jobsWaiting: backlog.jobs.waiting,
        jobOldest: rounded(ageInSeconds(backlog.jobs.oldestAt, backlog.at)),
      }),
    };
    this.before = reading;
    this.peaks = { busy: 0, waiting: 0 };
    this.loop.reset();
    return figures;
  }

  /** Ends measuring. */
  stop(): void {
    this.loop.disable();
  }
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
