import { agentsTimeUsed } from "@/lib/threads/agents-load";

/**
 * So many hosts a second take up a question that is new to them, and after a pause as many at once: as many as the window of a new version of what gates access comes
 * to. Where the agents' thread is used beyond `from`, fewer, down to `least` when nothing is left of it.
 */
const pace = { most: 100, least: 10, from: 0.75 };
/** What has time leaves so much to what has none. */
const spared = pace.most / 2;

/**
 * Holds back what reaches many hosts at one moment without a version of its own to spread it, such as 10,000 hosts that an old policy begins to concern: the
 * others' answers must not wait for theirs. Whoever is held back is asked at one of the next check-ins.
 */
export class TakeUpPace {
  private left = pace.most;
  private at = -Infinity;

  /** `used`: the share of the agents' thread's time that is, 0 to 1. */
  constructor(private readonly used: () => number = agentsTimeUsed) {}

  /** Whether one more host may take something up at `now`, in milliseconds. */
  isFree(now: number): boolean {
    // A clock that was set back brings nothing and takes nothing.
    if (now > this.at) this.left = Math.min(pace.most, this.left + ((now - this.at) * this.perSecond()) / 1000);
    this.at = now;
    return this.left >= 1;
  }

  /** Whether a host may be rid of what ended for it, which nobody waits for: not while others take up so much that little is left. `now` in milliseconds. */
  isFreeForEnds(now: number): boolean {
    return this.isFree(now) && this.left >= 1 + spared;
  }

  /** Counts a host that took something up, or was rid of something. */
  spend(): void {
    this.left -= 1;
  }

  private perSecond(): number {
    const over = Math.max(0, this.used() - pace.from) / (1 - pace.from);
    return pace.most - (pace.most - pace.least) * over;
  }
}

/** This process's own. */
export const takeUpPace = new TakeUpPace();
