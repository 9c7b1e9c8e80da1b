import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { agentCaches } from "@/lib/agents/agent-caches";
import { getPool } from "@/lib/db/pool";
import { agentCounters, countCalls } from "@/lib/metrics/agent-counters";
import { fitAnswerStride } from "@/lib/metrics/answer-timer";
import { countsBetween } from "@/lib/metrics/histogram-counts";
import { readHistogram } from "@/lib/metrics/read-histogram";
import type { SampleFigures } from "./sample-figures";

/** What a thread measured since it was asked last; see SampleFigures. */
export type ThreadFigures = Pick<
  SampleFigures,
  "listening" | "calls" | "hostHits" | "hostMisses" | "answers" | "acceptance" | "loopLag" | "heapShare" | "poolBusy" | "poolWaiting" | "poolMax"
>;

type Reading = Pick<ThreadFigures, "calls" | "hostHits" | "hostMisses" | "answers" | "acceptance">;

const lookEveryMs = 1000;
// The loop's timer counts its own interval in.
const loopResolutionMs = 20;

/** Measures the thread it is made in. */
export class ThreadMeter {
  private readonly loop: IntervalHistogram = monitorEventLoopDelay({ resolution: loopResolutionMs });
  private readonly timer: NodeJS.Timeout;
  private peaks = { busy: 0, waiting: 0 };
  private before: Reading = { calls: 0, hostHits: 0, hostMisses: 0, answers: {}, acceptance: {} };

  constructor() {
    this.loop.enable();
    this.timer = setInterval(() => {
      fitAnswerStride();
      this.look();
    }, lookEveryMs).unref();
  }

  /** The figures since the last time. */
  async take(): Promise<ThreadFigures> {
    this.look();
    const { before, peaks } = this;
    const heap = getHeapStatistics();
    const now: Reading = {
      calls: countCalls(agentCounters),
      hostHits: agentCounters.hostHits,
      hostMisses: agentCounters.hostMisses,
      answers: await readHistogram("flotilla_checkin_duration_seconds"),
      acceptance: await readHistogram("flotilla_report_acceptance_seconds"),
    };
    const figures: ThreadFigures = {
      listening: agentCaches().isTrusted,
      calls: now.calls - before.calls,
      hostHits: now.hostHits - before.hostHits,
      hostMisses: now.hostMisses - before.hostMisses,
      answers: countsBetween(before.answers, now.answers),
      acceptance: countsBetween(before.acceptance, now.acceptance),
      loopLag: Math.max(0, this.loop.percentile(99) / 1e6 - loopResolutionMs) / 1000,
      heapShare: heap.used_heap_size / heap.heap_size_limit,
      poolBusy: peaks.busy,
      poolWaiting: peaks.waiting,
      poolMax: getPool().options.max ?? 0,
    };
    this.before = now;
    this.peaks = { busy: 0, waiting: 0 };
    this.loop.reset();
    return figures;
  }

  /** Ends measuring. */
  stop(): void {
    clearInterval(this.timer);
    this.loop.disable();
  }

  // What is high for moments only.
  private look(): void {
    const { totalCount, idleCount, waitingCount } = getPool();
    this.peaks.busy = Math.max(this.peaks.busy, totalCount - idleCount);
    this.peaks.waiting = Math.max(this.peaks.waiting, waitingCount);
  }
}
