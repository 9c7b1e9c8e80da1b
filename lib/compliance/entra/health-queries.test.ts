import { expect, test } from "vitest";
import { makeConnection } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { readHealth } from "./health-queries";

const minutesAgo = (minutes: number) => new Date(Date.UTC(2026, 2, 2, 9) - minutes * 60_000);

test("the last acceptance is any device's, the last confirmation that of a device which Entra shows as told", async () => {
  const ctx = testServerContext(testClock());
  const { connectionId } = await makeConnection(ctx, { isDefault: true });
  const { connectionId: other } = await makeConnection(ctx);
  expect(await readHealth(ctx.sql, connectionId)).toMatchObject({ lastAcceptedAt: null, lastConfirmedAt: null, devicesAgreed: 0 });
  await ctx.db.entraDevice.createMany({
    data: [
      { connectionId, deviceId: "agrees", acceptedAt: minutesAgo(30), readAt: minutesAgo(29), readState: "match" },
      { connectionId, deviceId: "agreed before", acceptedAt: minutesAgo(60), readAt: minutesAgo(59), readState: "match" },
      { connectionId, deviceId: "differs", acceptedAt: minutesAgo(20), readAt: minutesAgo(10), readState: "mismatch" },
      { connectionId: other, deviceId: "another's", acceptedAt: minutesAgo(1), readAt: minutesAgo(1), readState: "match" },
    ],
  });
  expect(await readHealth(ctx.sql, connectionId)).toMatchObject({
    lastAcceptedAt: minutesAgo(20),
    lastConfirmedAt: minutesAgo(29),
    devicesAgreed: 2,
    devicesDiffering: 1,
  });
});
