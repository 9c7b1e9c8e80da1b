import { expect, test } from "vitest";
import { CallSchedule, seededRandom, TimerWheel } from "./call-schedule";

const hosts = Array.from({ length: 100 }, (_, n) => n);

test("every host is due once in each period, at the same moment of it, however seldom one asks", () => {
  const schedule = new CallSchedule(hosts, 1000, seededRandom(7));
  schedule.takeDue(1e9, () => expect.unreachable());
  schedule.start(5000);
  const due = new Map<number, number[]>(hosts.map((n) => [n, []]));
  for (const now of [5000, 5300, 5301, 6900, 7999.9]) {
    schedule.takeDue(now, (n, dueAt) => {
      expect(dueAt).toBeLessThanOrEqual(now);
      due.get(n)?.push(dueAt);
    });
  }
  for (const times of due.values()) {
    expect(times).toHaveLength(3);
    expect(times[0]).toBeGreaterThanOrEqual(5000);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeCloseTo(1000);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeCloseTo(1000);
  }
});

test("a seed repeats a schedule, another makes another, and no hosts are never due", () => {
  const moments = (seed: number) => {
    const taken: number[] = [];
    const schedule = new CallSchedule(hosts, 1000, seededRandom(seed));
    schedule.start(0);
    schedule.takeDue(999, (n, dueAt) => taken.push(n, dueAt));
    return taken;
  };
  expect(moments(1)).toEqual(moments(1));
  expect(moments(1)).not.toEqual(moments(2));
  const empty = new CallSchedule([], 1000, seededRandom(1));
  empty.start(0);
  empty.takeDue(10_000, () => expect.unreachable());
});

test("the wheel gives each item once, never before its moment and within a slot after it", () => {
  const wheel = new TimerWheel<{ dueAt: number; name: string }>(100_000);
  const taken: string[] = [];
  const take = (now: number) =>
    wheel.takeDue(now, ({ dueAt, name }) => {
      expect(dueAt).toBeLessThanOrEqual(now);
      taken.push(name);
    });
  wheel.add({ dueAt: 100_050, name: "soon" });
  wheel.add({ dueAt: 99_000, name: "overdue" });
  wheel.add({ dueAt: 115_000, name: "late" });
  take(100_049);
  expect(taken).toEqual(["overdue"]);
  take(100_054);
  expect(taken).toEqual(["overdue", "soon"]);
  wheel.add({ dueAt: 116_400, name: "next round of the wheel" });
  take(115_004);
  expect(taken).toEqual(["overdue", "soon", "late"]);
  take(120_000);
  expect(taken).toEqual(["overdue", "soon", "late", "next round of the wheel"]);
});
