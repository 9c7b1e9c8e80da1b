import { Histogram } from "prom-client";
import { agentCounters } from "./agent-counters";
import { metric } from "./registry";

const size = metric(
  "flotilla_checkin_batch_size",
  (base) => new Histogram({ ...base, help: "Check-ins that one transaction stored.", buckets: [1, 2, 5, 10, 20, 50, 100] }),
);

/** Counts a transaction that stored this many check-ins. */
export function observeBatch(checkIns: number): void {
  agentCounters.batches += 1;
  agentCounters.batchedCheckIns += checkIns;
  size.observe(checkIns);
}
