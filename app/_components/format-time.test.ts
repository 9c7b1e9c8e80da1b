import { describe, expect, test } from "vitest";
import { formatAgo, formatClock, formatDay, formatExact, formatSpan, formatStamp } from "./format-time";

const zone = "Europe/Brussels";
const now = new Date("2026-03-10T13:32:00.000Z"); // Tuesday, 14:32 in Brussels
const before = (ms: number) => new Date(now.getTime() - ms);
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [3100, "3 s"],
  [59 * second, "59 s"],
  [18 * minute, "18 min"],
  [5 * hour + 18 * minute, "5 h 18 min"],
  [6 * hour, "6 h"],
  [27 * hour, "1 d 3 h"],
  [-5, "0 s"],
])("a span of %i ms reads %s", (ms, words) => {
  expect(formatSpan(ms)).toBe(words);
});

test("a short span can show a tenth of a second", () => {
  expect([formatSpan(3149, true), formatSpan(9999, true), formatSpan(10_000, true)]).toEqual(["3.1 s", "10.0 s", "10 s"]);
});

test.each([
  [400, "now"],
  [-900, "now"],
  [12 * second, "12 s ago"],
  [90 * second, "1 min ago"],
  [5 * hour + 18 * minute, "5 h ago"],
  [30 * hour, "Mon 08:32"],
  [20 * day, "18 Feb"],
  [400 * day, "3 Feb 2025"],
])("%i ms before now is %s", (ms, words) => {
  expect(formatAgo(before(ms), now, zone)).toBe(words);
});

describe("clock times", () => {
  test("are those of the reader’s zone", () => {
    const at = before(5 * hour + 18 * minute);
    expect([formatClock(at, now, zone), formatClock(at, now, "America/New_York"), formatClock(at, now, "UTC")]).toEqual(["09:14", "04:14", "08:14"]);
  });

  test("carry milliseconds where order matters", () => {
    expect(formatStamp(new Date("2026-03-10T08:14:02.801Z"), zone, true)).toBe("09:14:02.801");
  });

  test("belong to the reader’s day", () => {
    const lateEvening = new Date("2026-03-09T23:30:00.000Z");
    expect([formatDay(lateEvening, now, zone), formatDay(lateEvening, now, "UTC")]).toEqual(["Today", "Yesterday"]);
  });

  test("are exact on hover, with zone and UTC", () => {
    expect(formatExact(now, zone)).toBe("Tue, 10 Mar 2026, 14:32:00 CET (2026-03-10 13:32:00 UTC)");
    expect(formatExact(now, "UTC")).toBe("Tue, 10 Mar 2026, 13:32:00 UTC");
  });
});
