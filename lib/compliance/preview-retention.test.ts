import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { ForbiddenError, InvalidInputError } from "@/lib/errors";
import { describeGrowth } from "@/lib/retention/describe-growth";
import { updateRetention } from "@/lib/retention/update-retention";
import { enrolledHost, makeConnection, makeReport, makeVerdict } from "@/lib/testing/scenarios";
import { testClock, testUserContext } from "@/lib/testing/test-context";
import { previewRetention } from "./preview-retention";

const clock = testClock();
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 24 * 60 * 60 * 1000);
let ctx: Context;

beforeAll(async () => {
  ctx = await testUserContext("admin", clock);
  const { connectionId } = await makeConnection(ctx);
  const host = await enrolledHost(ctx);
  await enrolledHost(ctx, { seenAt: daysAgo(200) });
  for (const days of [400, 300, 50]) await makeVerdict(ctx, { hostId: host.hostId, accessState: "in", at: daysAgo(days) });
  const told = { hostId: host.hostId, connectionId, compliant: true, state: "confirmed" as const };
  for (const days of [80, 60]) await makeReport(ctx, { ...told, causedAt: daysAgo(days) });
  for (const days of [5, 4, 3]) await makeReport(ctx, { ...told, kind: "freshness", causedAt: daysAgo(days) });
  await ctx.db.activity.deleteMany({});
  const activity = (type: string, days: number) => ({ type, createdAt: daysAgo(days), actorKind: "server" });
  await ctx.db.activity.createMany({ data: [activity("created_policy", 500), activity("user_failed_login", 45), activity("user_failed_login", 10)] });
});

test("shorter periods are told by what each would take", async () => {
  const { losses } = await previewRetention(ctx, { transitionDays: 365, reportDays: 30, repeatDays: 3, activityDays: 400, signInDays: 30, hostDays: 90 });
  expect(losses).toEqual({ transitionDays: 1, reportDays: 2, repeatDays: 2, activityDays: 1, signInDays: 1, hostDays: 1 });
});

test("what stays as it is or becomes longer takes nothing", async () => {
  await updateRetention(ctx, { transitionDays: 365 });
  const { losses } = await previewRetention(ctx, { transitionDays: 0, reportDays: 180, repeatDays: 7, activityDays: 0, signInDays: 0, hostDays: 0 });
  expect(Object.values(losses).every((rows) => rows === 0)).toBe(true);
});

test("a period that can't be taken is refused at its field, and only who may change periods may ask", async () => {
  await expect(previewRetention(ctx, { reportDays: 3 })).rejects.toBeInstanceOf(InvalidInputError);
  await expect(previewRetention(await testUserContext("maintainer", clock), { reportDays: 60 })).rejects.toBeInstanceOf(ForbiddenError);
});

test("each kind is shown with its rows, room and oldest row; together they are the database", async () => {
  const { kinds, databaseBytes } = await describeGrowth(await testUserContext("observer", clock));
  expect(kinds.map(({ kind, rows }) => [kind, rows])).toEqual([
    ["transitions", 3],
    ["reports", 5],
    ["activities", expect.any(Number)],
    ["present", 2],
    ["rest", null],
  ]);
  expect(kinds[0]?.oldest).toEqual(daysAgo(400));
  expect(kinds.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(databaseBytes);
});
