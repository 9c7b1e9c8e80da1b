/** How many values fell into each bucket, by its upper bound in seconds as text; "+Inf" is above all bounds. Buckets without a value are left out. */
export type BucketCounts = Record<string, number>;

/**
 * The value below which a share of the values lies, in the buckets' unit, as near as the buckets tell: spread evenly inside a bucket.
 * Above the last bound the answer is that bound. Null without a value.
 */
export function quantile(share: number, counts: BucketCounts, bounds: readonly number[]): number | null {
  const inBucket = [...bounds.map((bound) => counts[String(bound)] ?? 0), counts["+Inf"] ?? 0];
  const total = inBucket.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const wanted = share * total;
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    const count = inBucket[index] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const floor = bounds[index - 1] ?? 0;
      return floor + (bound - floor) * Math.max(0, (wanted - below) / count);
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}

/** What came between two readings of the same counts. Counts that fell began anew, so all of the later ones came. */
export function countsBetween(earlier: BucketCounts, later: BucketCounts): BucketCounts {
  const between: BucketCounts = {};
  for (const [bound, count] of Object.entries(later)) {
    const more = count >= (earlier[bound] ?? 0) ? count - (earlier[bound] ?? 0) : count;
    if (more > 0) between[bound] = more;
  }
  return between;
}
