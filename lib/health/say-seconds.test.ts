import { expect, test } from "vitest";
import { saySeconds } from "./say-seconds";

test.each([
  [0, "0 s"],
  [0.0004, "under 1 ms"],
  [0.0123, "12 ms"],
  [0.9994, "999 ms"],
  [0.9996, "1.0 s"],
  [1, "1 s"],
  [2.25, "2.3 s"],
  [59.9, "59 s"],
  [245, "4 min"],
  [3900, "1 h 5 min"],
])("%f seconds are told as %s", (seconds, words) => {
  expect(saySeconds(seconds)).toBe(words);
});
