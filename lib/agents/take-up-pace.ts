/** So many hosts a second take up a question that is new to them, and after a pause as many at once. As many as the window of a new version of what gates access comes to. */
const perSecond = 100;

/**
 * Holds back what reaches many hosts at one moment without a version of its own to spread it, such as 10,000 hosts that an old policy begins to concern: the
 * others' answers must not wait for theirs. Whoever is held back is asked at one of the next check-ins.
 */
export class TakeUpPace {
  private left = perSecond;
  private at = -Infinity;

  /** Whether one more host may take something up at `now`, in milliseconds. */
  isFree(now: number): boolean {
    // A clock that was set back brings nothing and takes nothing.
    if (now > this.at) this.left = Math.min(perSecond, this.left + ((now - this.at) * perSecond) / 1000);
    this.at = now;
    return this.left >= 1;
  }

  /** Counts a host that took something up. */
  spend(): void {
    this.left -= 1;
  }
}
