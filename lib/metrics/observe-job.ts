import { Counter, Histogram } from "prom-client";
import { metric } from "./registry";

const seconds = metric(
  "flotilla_job_duration_seconds",
  (base) =>
    new Histogram({ ...base, help: "How long a background job ran.", labelNames: ["job"] as const, buckets: [0.005, 0.02, 0.05, 0.2, 0.5, 1, 2, 5, 15, 60] }),
);
const total = metric(
  "flotilla_jobs_total",
  (base) => new Counter({ ...base, help: "Background jobs that ran, by how they ended.", labelNames: ["job", "outcome"] as const }),
);

/** Counts a background job that ended; `startedMs` is performance.now() at its start. */
export function observeJob(job: string, outcome: "done" | "failed", startedMs: number): void {
  seconds.observe({ job }, (performance.now() - startedMs) / 1000);
  total.inc({ job, outcome });
}
