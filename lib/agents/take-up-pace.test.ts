import { expect, test } from "vitest";
import { TakeUpPace } from "./take-up-pace";

function takeUps(pace: TakeUpPace, now: number, asked = 1000): number {
  let taken = 0;
  for (; taken < asked && pace.isFree(now); taken += 1) pace.spend();
  return taken;
}

test("after a pause 100 hosts take up a question at once, then 100 a second", () => {
  const pace = new TakeUpPace();
  const now = Date.parse("2026-03-02T09:00:00Z");
  expect(takeUps(pace, now)).toBe(100);
  expect(takeUps(pace, now + 500)).toBe(50);
  expect(takeUps(pace, now + 1500, 70)).toBe(70);
  expect(takeUps(pace, now + 3_600_000)).toBe(100);
});

test("a clock that is set back stops nobody for long", () => {
  const pace = new TakeUpPace();
  takeUps(pace, 1_000_000);
  expect(takeUps(pace, 0)).toBe(0);
  expect(takeUps(pace, 1000)).toBe(100);
});

test("where the agents' thread has little time left, fewer do", () => {
  let used = 0.75;
  const pace = new TakeUpPace(() => used);
  takeUps(pace, 0);
  expect(takeUps(pace, 1000)).toBe(100);
  used = 0.875;
  expect(takeUps(pace, 2000)).toBe(55);
  used = 1;
  expect(takeUps(pace, 3000)).toBe(10);
});

test("what ended for a host waits for what others take up", () => {
  const pace = new TakeUpPace();
  takeUps(pace, 0, 49);
  expect(pace.isFreeForEnds(0)).toBe(true);
  takeUps(pace, 0, 1);
  expect([pace.isFreeForEnds(0), pace.isFree(0)]).toEqual([false, true]);
  takeUps(pace, 0);
  expect([pace.isFreeForEnds(500), pace.isFreeForEnds(510)]).toEqual([false, true]);
});
