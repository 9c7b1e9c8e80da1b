import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { testServerContext } from "@/lib/testing/test-context";
import { storeCheckIn, storeCheckInsOver } from "./check-in-line";
import type { CheckIn } from "./plan-check-in";

test("what the other thread doesn't get to is bounded, and fails with it", async () => {
  const { port1, port2 } = new MessageChannel();
  storeCheckInsOver(port1);
  const ctx = testServerContext();
  const checkIn = { record: { hostId: 1, details: {}, detailsDigest: "" } } as CheckIn;
  const waiting = Promise.allSettled(Array.from({ length: 5000 }, () => storeCheckIn(ctx, checkIn)));
  await expect(storeCheckIn(ctx, checkIn)).rejects.toMatchObject({ status: 503, code: "too_busy" });
  port2.close();
  const ends = await waiting;
  expect(ends.every((end) => end.status === "rejected" && String(end.reason).includes("has ended"))).toBe(true);
  await expect(storeCheckIn(ctx, checkIn)).rejects.toThrow("has ended");
});
