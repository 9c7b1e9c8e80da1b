// Exact below 2,048; above, buckets of one part in 1,024, so that three digits hold.
const exactValues = 2048;
const bucketsPerDoubling = 1024;
const largestValue = 2 ** 31 - 1;
const bucketCount = exactValues + 20 * bucketsPerDoubling;

/** A histogram as another process gets it: bucket numbers and their counts in turn, and what buckets can't say. */
export interface HistogramData {
  buckets: number[];
  sum: number;
  max: number;
}

/** Counts whole numbers from 0 to 2^31 to three significant digits in a fixed 90 kB, however many there are. */
export class Histogram {
  private readonly counts = new Uint32Array(bucketCount);
  count = 0;
  sum = 0;
  max = 0;

  /** Counts one value; what is outside the range counts as its nearest end. */
  record(value: number): void {
    const whole = value <= 0 ? 0 : value >= largestValue ? largestValue : Math.round(value);
    const bucket = bucketOf(whole);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.sum += whole;
    if (whole > this.max) this.max = whole;
  }

  /** The value that `share` (0 to 1) of all values don't exceed, at most a thousandth too large; NaN when nothing was counted. */
  quantile(share: number): number {
    if (this.count === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= wanted) return Math.min(this.max, largestIn(bucket));
    }
    return this.max;
  }

  /** The arithmetic mean; NaN when nothing was counted. */
  get mean(): number {
    return this.sum / this.count;
  }

  /** Counts in what another histogram counted. */
  add({ buckets, sum, max }: HistogramData): void {
    for (let at = 0; at < buckets.length; at += 2) {
      const bucket = buckets[at] ?? 0;
      const count = buckets[at + 1] ?? 0;
      this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
      this.count += count;
    }
    this.sum += sum;
    this.max = Math.max(this.max, max);
  }

  /** What was counted, for another process. */
  toData(): HistogramData {
    const buckets: number[] = [];
    this.counts.forEach((count, bucket) => {
      if (count > 0) buckets.push(bucket, count);
    });
    return { buckets, sum: this.sum, max: this.max };
  }

  clear(): void {
    this.counts.fill(0);
    this.count = this.sum = this.max = 0;
  }
}

function bucketOf(value: number): number {
  if (value < exactValues) return value;
  const doublings = 21 - Math.clz32(value);
  return exactValues + (doublings - 1) * bucketsPerDoubling + (value >>> doublings) - bucketsPerDoubling;
}

function largestIn(bucket: number): number {
  if (bucket < exactValues) return bucket;
  const doublings = Math.floor((bucket - exactValues) / bucketsPerDoubling) + 1;
  const part = ((bucket - exactValues) % bucketsPerDoubling) + bucketsPerDoubling;
  return (part + 1) * 2 ** doublings - 1;
}
