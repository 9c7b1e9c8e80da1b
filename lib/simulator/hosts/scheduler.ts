/** The clock of a simulated fleet, so that a test can hold it still and move it. */
export interface Scheduler {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Runs `run` once after `delayMs`; the answer takes it back. */
  setTimer: (run: () => void, delayMs: number) => () => void;
}

export const realScheduler: Scheduler = {
  now: () => Date.now(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
