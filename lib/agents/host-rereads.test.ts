import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HostRereads } from "./host-rereads";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what changes twice is read once, a hundred hosts at a time, those that changed longest ago first", async () => {
  const reads: string[] = [];
  const rereads = new HostRereads(async (keyHash) => void reads.push(keyHash));
  for (let hostId = 1; hostId <= 110; hostId += 1) rereads.note(hostId, `key ${hostId}`);
  rereads.note(1, "key 1");
  rereads.forget(2);
  await vi.advanceTimersByTimeAsync(400);
  rereads.note(1, "key 1");
  expect(reads).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(reads).toHaveLength(100);
  expect(reads.slice(0, 2)).toEqual(["key 1", "key 3"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(reads).toHaveLength(109);
  await vi.advanceTimersByTimeAsync(1000);
  expect(reads).toHaveLength(109);
});

test("a host that changes while it is being read is known by its key, and read once more", async () => {
  const reads: (() => void)[] = [];
  const rereads = new HostRereads(() => new Promise<void>((resolve) => reads.push(resolve)));
  rereads.note(7, "key 7");
  await vi.advanceTimersByTimeAsync(500);
  expect(reads).toHaveLength(1);
  expect(rereads.keyOf(7)).toBe("key 7");
  rereads.note(7, "key 7");
  await vi.advanceTimersByTimeAsync(1000);
  expect(reads).toHaveLength(1);
  reads[0]?.();
  await vi.advanceTimersByTimeAsync(100);
  expect(reads).toHaveLength(2);
  reads[1]?.();
  await vi.advanceTimersByTimeAsync(1000);
  expect(reads).toHaveLength(2);
  expect(rereads.keyOf(7)).toBeUndefined();
});

test("after a read that failed the next are made, and what was cleared isn't read", async () => {
  const reads: string[] = [];
  const rereads = new HostRereads(async (keyHash) => {
    reads.push(keyHash);
    if (keyHash === "key 1") throw new Error("no connection");
  });
  rereads.note(1, "key 1");
  await vi.advanceTimersByTimeAsync(500);
  rereads.note(2, "key 2");
  await vi.advanceTimersByTimeAsync(500);
  expect(reads).toEqual(["key 1", "key 2"]);
  rereads.note(3, "key 3");
  rereads.clear();
  await vi.advanceTimersByTimeAsync(1000);
  expect(reads).toHaveLength(2);
});

test("a timer that comes late isn't waited for: the next change begins what is due", async () => {
  const reads: string[] = [];
  const rereads = new HostRereads(async (keyHash) => void reads.push(keyHash));
  rereads.note(1, "key 1");
  // The clock moves, and the loop is too full for timers.
  const { now } = performance;
  const late = vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + 600);
  rereads.note(2, "key 2");
  expect(reads).toEqual(["key 1"]);
  late.mockRestore();
  await vi.advanceTimersByTimeAsync(5000);
  expect(reads).toEqual(["key 1", "key 2"]);
});
