import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "./histogram";

const filled = (values: number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

test("a quantile is that of the sorted values, at most a thousandth above it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(5000), fc.nat(2 ** 31 - 1)), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0, 0.5, 0.9, 0.99, 0.999, 1),
      (values, share) => {
        const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
        const found = filled(values).quantile(share);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact * 1.001);
      },
    ),
  );
});

test("merging what two histograms counted is counting it all in one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 31 - 1)), fc.array(fc.nat(2 ** 31 - 1)), (left, right) => {
      const merged = filled(left);
      merged.add(filled(right).toData());
      expect(merged.toData()).toEqual(filled([...left, ...right]).toData());
      expect(merged.count).toBe(left.length + right.length);
    }),
  );
});

test("values outside the range count as its ends, and nothing counted has no quantile", () => {
  const histogram = filled([-5, 2 ** 40]);
  expect([histogram.count, histogram.quantile(0), histogram.max]).toEqual([2, 0, 2 ** 31 - 1]);
  histogram.clear();
  expect(histogram.quantile(0.5)).toBeNaN();
  expect(histogram.toData()).toEqual({ buckets: [], sum: 0, max: 0 });
});
