import { Histogram } from "prom-client";
import { metric } from "./registry";

/** Upper bounds in seconds of the times of answers to agents. */
export const answerBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 12];

const timedPerSecond = 250;

const seconds = metric(
  "flotilla_checkin_duration_seconds",
  (base) =>
    new Histogram({
      ...base,
      help: "How long agents waited for an answer, from the request's head to the answer's end. A busy server times some of its answers only.",
      labelNames: ["call"] as const,
      buckets: answerBuckets,
    }),
);

const shared = globalThis as unknown as { flotillaAnswerStride?: { left: number; stride: number; seen: number } };
const state = (shared.flotillaAnswerStride ??= { left: 1, stride: 1, seen: 0 });

/**
 * Begins an answer to an agent. Every answer is timed while there are few; of many, one in so many that a few hundred a second are.
 * @returns what endAnswer takes: 0 for an answer that isn't timed
 */
export function beginAnswer(): number {
  state.left -= 1;
  if (state.left > 0) return 0;
  state.left = state.stride;
  state.seen += 1;
  return performance.now();
}

/** Ends a timed answer to the request of this path. */
export function endAnswer(begun: number, path: string): void {
  seconds.observe({ call: callOf(path) }, (performance.now() - begun) / 1000);
}

/** Fits how many answers are timed to how many there were in the last second. */
export function fitAnswerStride(): void {
  const answers = state.seen * state.stride;
  state.stride = Math.max(1, Math.round(answers / timedPerSecond));
  state.left = Math.min(state.left, state.stride);
  state.seen = 0;
}

function callOf(path: string): string {
  if (path.includes("/distributed/read")) return "read";
  if (path.includes("/distributed/write")) return "write";
  if (path.includes("/orbit/config")) return "orbit_config";
  if (path.includes("/osquery/config")) return "config";
  return "other";
}
