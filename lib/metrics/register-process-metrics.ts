import { collectDefaultMetrics } from "prom-client";
import { metricsRegistry } from "./registry";

// Between two scrapes close together these have seen nothing and would show no number.
const numberless = ["nodejs_eventloop_lag_min_seconds", "nodejs_eventloop_lag_mean_seconds", "nodejs_eventloop_lag_stddev_seconds"];

/** Shows the process itself under the names that every Node.js process has: CPU, memory, garbage collection, event-loop lag since the last scrape. */
export function registerProcessMetrics(): void {
  const registry = metricsRegistry();
  if (registry.getSingleMetric("nodejs_version_info")) return;
  collectDefaultMetrics({ register: registry });
  for (const name of numberless) registry.removeSingleMetric(name);
}
