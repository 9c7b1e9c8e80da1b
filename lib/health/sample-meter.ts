import { hostname } from "node:os";
import { productVersion } from "@/lib/auth/product-version";
import type { BucketCounts } from "@/lib/metrics/histogram-counts";
import { ageInSeconds, type Backlog } from "./read-backlog";
import type { SampleFigures } from "./sample-figures";
import type { ThreadFigures } from "./thread-meter";

/** This process among those that share the database. */
export const instanceName = `${hostname()}/${process.pid}`;

/** What each thread of the process measured. */
export interface ProcessFigures {
  main: ThreadFigures;
  agents: ThreadFigures;
  checkIns: ThreadFigures;
}

/** Measures this process from one sample to the next. */
export class SampleMeter {
  private before: Date;

  constructor(
    private readonly since: Date,
    /** Reads what was measured since it was called last. */
    private readonly readThreads: () => Promise<ProcessFigures>,
  ) {
    this.before = since;
  }

  /** The figures since the sample before; `backlog` null when it couldn't be read. */
  async take(now: Date, backlog: Backlog | null, state: { ready: boolean; stopped: boolean }): Promise<SampleFigures> {
    const { main, agents, checkIns } = await this.readThreads();
    const sum = (figure: "calls" | "hostHits" | "hostMisses" | "poolBusy" | "poolWaiting" | "poolMax") => main[figure] + agents[figure] + checkIns[figure];
    const figures: SampleFigures = {
      version: productVersion,
      since: this.since.toISOString(),
      ...state,
      listening: agents.listening,
      seconds: Math.max(0, now.getTime() - this.before.getTime()) / 1000,
      calls: sum("calls"),
      hostHits: sum("hostHits"),
      hostMisses: sum("hostMisses"),
      answers: sumCounts(main.answers, agents.answers),
      acceptance: sumCounts(main.acceptance, agents.acceptance),
      loopLag: rounded(agents.loopLag),
      pageLag: rounded(main.loopLag),
      memory: process.memoryUsage.rss(),
      heapShare: rounded(Math.max(main.heapShare, agents.heapShare, checkIns.heapShare)),
      poolBusy: sum("poolBusy"),
      poolWaiting: sum("poolWaiting"),
      poolMax: sum("poolMax"),
      ...(backlog && {
        reportsWaiting: backlog.reports.reduce((total, { waiting }) => total + waiting, 0),
        reportOldest: Math.max(0, ...backlog.reports.map(({ oldestAt }) => rounded(ageInSeconds(oldestAt, backlog.at)))),
        jobsWaiting: backlog.jobs.waiting,
        jobOldest: rounded(ageInSeconds(backlog.jobs.oldestAt, backlog.at)),
      }),
    };
    this.before = now;
    return figures;
  }
}

function sumCounts(one: BucketCounts, other: BucketCounts): BucketCounts {
  const sum = { ...one };
  for (const [bound, count] of Object.entries(other)) sum[bound] = (sum[bound] ?? 0) + count;
  return sum;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
