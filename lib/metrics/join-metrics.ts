import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from "prom-client";

/** The metrics of one thread, as a registry gives them: plain data. */
export type ThreadMetrics = MetricObjectWithValues<MetricValue<string>>[];

/** What the threads beside the main one have, by the names that metrics give them. */
export type OtherThreads = Record<"agents" | "checkins", ThreadMetrics>;

// Every thread tells it, and it is the process's.
const version = "nodejs_version_info";

/**
 * Joins the metrics of the threads into one text in Prometheus' format. What is the process's is told by the main thread alone; what a thread has for
 * itself carries the label `thread`; all else counts events, wherever they happened, and is added up.
 */
export function joinMetrics(threads: { main: ThreadMetrics } & Partial<OtherThreads>): Promise<string> {
  const labelled = Object.entries(threads).map(([thread, metrics]) =>
    metrics
      .filter(({ name }) => thread === "main" || name !== version)
      .map((one) => ({ ...one, aggregator: "sum", values: isOfThread(one.name) ? one.values.map((value) => withThread(value, thread)) : one.values })),
  );
  return AggregatorRegistry.aggregate(labelled).metrics();
}

function isOfThread(name: string): boolean {
  return (name.startsWith("nodejs_") && name !== version) || name.startsWith("flotilla_database_pool_");
}

function withThread(value: MetricValue<string>, thread: string): MetricValue<string> {
  return { ...value, labels: { ...value.labels, thread } };
}
