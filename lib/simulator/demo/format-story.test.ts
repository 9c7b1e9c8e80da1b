import { expect, test } from "vitest";
import { inSeconds, stepLine, storySummary, type PlayedStep } from "./format-story";

const step = (held: boolean): PlayedStep => ({ title: "the server is up", ms: 1234, held, note: "" });

test("times are seconds with one digit, and a dash when never taken", () => {
  expect([0, 49, 1849, 12_000].map(inSeconds)).toEqual(["0.0 s", "0.0 s", "1.8 s", "12.0 s"]);
  expect(inSeconds(undefined)).toBe("–");
});

test("a step's line has number, mark, title and duration, and what was seen under it", () => {
  expect(stepLine(3, { ...step(true), note: "seen" })).toMatch(/^ 3 {2}ok {4}the server is up +1\.2 s\n +seen$/);
  expect(stepLine(12, step(false))).toMatch(/^12 {2}FAIL {2}the server is up +1\.2 s$/);
});

test("the last line counts the steps that held among all, played or not", () => {
  expect(storySummary([step(true), step(true)], 2, { failMs: 1800, fixMs: 6180 })).toBe("story: 2/2, fail→accepted 1.8 s, fix→accepted 6.2 s");
  expect(storySummary([step(true), step(false)], 14, {})).toBe("story: 1/14, fail→accepted –, fix→accepted –");
});
