import type { Scheduler } from "./scheduler";

/** A clock that stands still until it is moved. */
export interface ManualScheduler extends Scheduler {
  /** Moves time on, running each timer at its moment and letting `settled` report that all requests it caused are over. */
  advance: (milliseconds: number) => Promise<void>;
}

/** @param busy requests still under way; time does not move past a moment before they are answered */
export function createManualScheduler(startAt: number, busy: () => number): ManualScheduler {
  let now = startAt;
  let timers: { at: number; run: () => void }[] = [];

  async function settle(): Promise<void> {
    // a few turns of the event loop without work mean that nothing is left but timers
    for (let quiet = 0; quiet < 4; quiet = busy() > 0 ? 0 : quiet + 1) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    now: () => now,
    setTimer(run, delayMs) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      await settle();
      for (;;) {
        const next = timers.reduce<(typeof timers)[number] | null>(
          (first, timer) => (timer.at <= until && (!first || timer.at < first.at) ? timer : first),
          null,
        );
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.run();
        await settle();
      }
      now = until;
    },
  };
}
