import { readlinkSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import { collectDefaultMetrics, Gauge } from "prom-client";
import { metric, metricsRegistry } from "./registry";

// Between two scrapes close together these have seen nothing and would show no number.
const numberless = ["nodejs_eventloop_lag_min_seconds", "nodejs_eventloop_lag_mean_seconds", "nodejs_eventloop_lag_stddev_seconds"];

// Each scrape would walk through all that is open, 3 ms per thousand connections, in the thread that answers them. They are counted elsewhere.
const walks = ["process_open_fds", ...["resources", "handles", "requests"].flatMap((what) => [`nodejs_active_${what}`, `nodejs_active_${what}_total`])];

/**
 * Shows this thread, and in the main thread the process, under the names that every Node.js process has: CPU, memory, garbage collection, event-loop lag since
 * the last scrape. Beside them how busy the loop was since then, and on Linux the number under which the system knows the thread.
 */
export function registerProcessMetrics(): void {
  const registry = metricsRegistry();
  if (registry.getSingleMetric("nodejs_version_info")) return;
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    const isElsewhere = walks.includes(name) || (!isMainThread && name.startsWith("process_"));
    if (isElsewhere || numberless.includes(name)) registry.removeSingleMetric(name);
  }
  let before = performance.eventLoopUtilization();
  metric(
    "nodejs_eventloop_utilization_ratio",
    (base) =>
      new Gauge({
        ...base,
        help: "Share of the time since the last scrape in which the event loop wasn't idle.",
        collect() {
          const now = performance.eventLoopUtilization();
          this.set(performance.eventLoopUtilization(now, before).utilization);
          before = now;
        },
      }),
  );
  const tid = systemThreadId();
  if (tid !== undefined) {
    metric("nodejs_thread_info", (base) => new Gauge({ ...base, help: "The event loop's thread by the system's number.", labelNames: ["tid"] as const })).set(
      { tid },
      1,
    );
  }
}

// proc(5): it leads whoever reads it to themselves, /proc/<process>/task/<thread>.
function systemThreadId(): string | undefined {
  try {
    return /\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1];
  } catch {
    return undefined; // no Linux
  }
}
