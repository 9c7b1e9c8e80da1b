import { Histogram } from "prom-client";
import { expect, test } from "vitest";
import { countsBetween, quantile, type BucketCounts } from "./histogram-counts";
import { readHistogram } from "./read-histogram";
import { metric } from "./registry";

const bounds = [0.1, 0.5, 1];

test.each<{ share: number; counts: BucketCounts; expected: number | null }>([
  { share: 0.5, counts: {}, expected: null },
  { share: 0.5, counts: { "0.1": 100 }, expected: 0.05 },
  { share: 0.99, counts: { "0.1": 100 }, expected: 0.099 },
  { share: 0.5, counts: { "0.1": 50, "0.5": 50 }, expected: 0.1 },
  { share: 0.75, counts: { "0.1": 50, "0.5": 50 }, expected: 0.3 },
  { share: 0.99, counts: { "0.1": 1, "+Inf": 99 }, expected: 1 },
  { share: 1, counts: { "1": 3 }, expected: 1 },
  { share: 0, counts: { "1": 3 }, expected: 0.5 },
])("share $share of $counts is $expected", ({ share, counts, expected }) => {
  const found = quantile(share, counts, bounds);
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 6);
});

test("between two readings only what came counts, and counts that began anew count whole", () => {
  expect(countsBetween({ "0.1": 4, "0.5": 2 }, { "0.1": 6, "0.5": 2, "1": 1 })).toEqual({ "0.1": 2, "1": 1 });
  expect(countsBetween({ "0.1": 40 }, { "0.1": 3 })).toEqual({ "0.1": 3 });
});

test("a histogram is read bucket by bucket, all its labels together", async () => {
  const made = metric("flotilla_example_seconds", (base) => new Histogram({ ...base, help: "An example.", labelNames: ["kind"] as const, buckets: bounds }));
  for (const [kind, value] of [
    ["a", 0.05],
    ["b", 0.06],
    ["a", 0.7],
    ["b", 9],
  ] as const)
    made.observe({ kind }, value);
  expect(await readHistogram("flotilla_example_seconds")).toEqual({ "0.1": 2, "1": 1, "+Inf": 1 });
  expect(await readHistogram("flotilla_nothing_seconds")).toEqual({});
});
