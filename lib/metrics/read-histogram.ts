import type { BucketCounts } from "./histogram-counts";
import { metricsRegistry } from "./registry";

/** What a histogram of this process has counted so far, over all its labels, each bucket by itself. Nothing when there is no such histogram. */
export async function readHistogram(name: string): Promise<BucketCounts> {
  const found = await metricsRegistry().getSingleMetric(name)?.get();
  const below = new Map<number, number>();
  for (const { metricName, labels, value } of (found?.values ?? []) as { metricName?: string; labels: { le?: string | number }; value: number }[]) {
    if (metricName !== `${name}_bucket` || labels.le === undefined) continue;
    const bound = labels.le === "+Inf" ? Infinity : Number(labels.le);
    below.set(bound, (below.get(bound) ?? 0) + value);
  }
  // The registry counts each bucket with all below it.
  const counts: BucketCounts = {};
  let before = 0;
  for (const bound of [...below.keys()].toSorted((a, b) => a - b)) {
    const upTo = below.get(bound) ?? 0;
    if (upTo > before) counts[bound === Infinity ? "+Inf" : String(bound)] = upTo - before;
    before = upTo;
  }
  return counts;
}
