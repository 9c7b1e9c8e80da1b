import type { AgentOverrides } from "./agent-context";

const setEveryMs = 10_000;

let offset = 0;
let setAt = -Infinity;

/**
 * Milliseconds since 1970, for one request. Next puts a look-up on every Date, which is felt at ten thousand requests a second: this reads the monotonic
 * clock and sets it by the machine's every ten seconds.
 */
export function currentTime({ now }: AgentOverrides): number {
  if (now) return now().getTime();
  const monotonic = performance.now();
  if (monotonic - setAt > setEveryMs) {
    offset = Date.now() - monotonic;
    setAt = monotonic;
  }
  return Math.trunc(monotonic + offset);
}
