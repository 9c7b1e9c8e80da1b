import { Counter, Histogram } from "prom-client";
import { metric } from "./registry";

const seconds = metric(
  "flotilla_microsoft_request_duration_seconds",
  (base) =>
    new Histogram({
      ...base,
      help: "How long Microsoft took to answer a request, or to fail it.",
      labelNames: ["surface"] as const,
      buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    }),
);
const total = metric(
  "flotilla_microsoft_requests_total",
  (base) => new Counter({ ...base, help: "Requests to Microsoft by status; unreachable is no answer at all.", labelNames: ["surface", "status"] as const }),
);

/** Which of Microsoft's services a request goes to. */
export type MicrosoftSurface = "sign_in" | "graph" | "partner";

/** Counts a request to Microsoft; `status` 0 is no answer, `startedMs` is performance.now() when it went out. */
export function observeMicrosoftRequest(surface: MicrosoftSurface, status: number, startedMs: number): void {
  seconds.observe({ surface }, (performance.now() - startedMs) / 1000);
  total.inc({ surface, status: status === 0 ? "unreachable" : String(status) });
}
