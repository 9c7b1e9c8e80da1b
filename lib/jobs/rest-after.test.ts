import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeAgentsLoad, watchAgentsLoad } from "../threads/agents-load";
import { restAfter } from "./rest-after";

const load = makeAgentsLoad();
const agentsWait = () => Atomics.store(load, 0, 1);
const timeUsed = (share: number) => Atomics.store(load, 1, share * 1000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  watchAgentsLoad(load);
  load.fill(0);
});
afterEach(() => vi.useRealTimers());

/** How long a rest lasts, in milliseconds, behind a piece that took so long. */
async function restOf(tookMs: number, piece?: Parameters<typeof restAfter>[1]): Promise<number> {
  const startedAt = performance.now();
  vi.advanceTimersByTime(tookMs);
  const from = performance.now();
  const rested = restAfter(startedAt, piece).then(() => performance.now() - from);
  await vi.advanceTimersByTimeAsync(60_000);
  return rested;
}

test("a rest is twice as long as the piece, six times while agents wait, and a second at most", async () => {
  expect(await restOf(40)).toBe(80);
  agentsWait();
  expect(await restOf(40)).toBe(240);
  expect(await restOf(400)).toBe(1000);
});

test("a piece may want a longer rest", async () => {
  agentsWait();
  expect(await restOf(40, { leastMs: 1500 })).toBe(1500);
  expect(await restOf(40, { leastMs: 50 })).toBe(240);
});

test("the more of their thread's time agents take, the fewer hosts change in a second", async () => {
  agentsWait();
  expect(await restOf(40, { hosts: 400 })).toBe(240);
  timeUsed(0.5);
  expect(await restOf(40, { hosts: 400 })).toBe(2000);
  expect(await restOf(40, { hosts: 4 })).toBe(240);
  timeUsed(0.75);
  expect(await restOf(40, { hosts: 400 })).toBe(6000);
  timeUsed(1);
  expect(await restOf(40, { hosts: 400 })).toBe(8000);
});
