import { Counter, Histogram } from "prom-client";
import { metric } from "./registry";

/** Upper bounds in seconds of the times from a cause to Microsoft's acceptance. */
export const acceptanceBuckets = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 30, 60, 120, 300, 900, 3600];

const acceptance = metric(
  "flotilla_report_acceptance_seconds",
  (base) =>
    new Histogram({
      ...base,
      help: "From what changed a host's access to Microsoft's acceptance of it; unblock lets somebody in, block keeps them out.",
      labelNames: ["kind"] as const,
      buckets: acceptanceBuckets,
    }),
);
const total = metric(
  "flotilla_reports_total",
  (base) => new Counter({ ...base, help: "Reports to Microsoft by the state they came to.", labelNames: ["state"] as const }),
);

/** A report as far as its figures go. */
export interface ObservedReport {
  compliant: boolean;
  /** `freshness` and `resync` repeat what Entra knows: nobody waits for them. */
  kind: string;
  causedAt: Date;
}

/** Counts reports that came to a state. `count` many at once, when they went there together. */
export function observeReportState(state: string, count = 1): void {
  if (count > 0) total.inc({ state }, count);
}

/** Counts how long Microsoft's acceptance of a report took, at `acceptedAt`. */
export function observeAcceptance({ compliant, kind, causedAt }: ObservedReport, acceptedAt: Date): void {
  if (kind === "freshness" || kind === "resync") return;
  acceptance.observe({ kind: compliant ? "unblock" : "block" }, Math.max(0, acceptedAt.getTime() - causedAt.getTime()) / 1000);
}
