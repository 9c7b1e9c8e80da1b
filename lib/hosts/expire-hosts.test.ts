import { beforeEach, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { runJobsUntil } from "@/lib/testing/run-jobs";
import { enrolledHost } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { expireHosts } from "./expire-hosts.job";

// Ahead of the real clock, which the queue goes by, so that running jobs never moves it.
const clock = testClock(new Date(Date.now() + 24 * 60 * 60 * 1000));
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 24 * 60 * 60 * 1000);
let ctx: Context;

beforeEach(async () => {
  ctx = testServerContext(clock);
  await ctx.db.host.deleteMany({});
  await ctx.db.activity.deleteMany({});
  await ctx.db.$executeRaw`delete from graphile_worker._private_jobs`;
  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { hostDays: 30 } });
});

const silentFor = (days: number) => enrolledHost(ctx, { seenAt: daysAgo(days), enrolledAt: daysAgo(400) });
const left = async () => (await ctx.db.host.findMany({ orderBy: { id: "asc" } })).map(({ id }) => id);

async function night(): Promise<void> {
  await expireHosts.run(ctx, {});
  const waiting = async () => ctx.db.$queryRaw<unknown[]>`select 1 as ok from graphile_worker.jobs where task_identifier = 'hosts.expire'`;
  await runJobsUntil({ clock, jobs: [expireHosts], makeContext: () => ctx }, async () => (await waiting()).length === 0);
}

test("hosts that were silent for too long are deleted, Microsoft is told, and each leaves an activity; others stay", async () => {
  const heard = await enrolledHost(ctx);
  const almost = await silentFor(29);
  const gone = await silentFor(31);
  await night();
  expect(await left()).toEqual([heard.hostId, almost.hostId]);
  expect(await ctx.db.activity.findMany({ where: { type: "deleted_host" } })).toMatchObject([{ hostId: gone.hostId, actorKind: "server" }]);
  const jobs = await ctx.db.$queryRaw<{ identifier: string }[]>`select task_identifier as identifier from graphile_worker.jobs`;
  expect(jobs.map(({ identifier }) => identifier)).toContain("compliance.retract_deleted_hosts");
});

test("a host that never checked in counts from its enrolment", async () => {
  const heard = await enrolledHost(ctx);
  for (const days of [10, 40]) {
    const { hostId } = await enrolledHost(ctx, { enrolledAt: daysAgo(days) });
    await ctx.db.hostSeen.delete({ where: { hostId } });
  }
  await night();
  expect(await left()).toHaveLength(2);
  expect(await left()).toContain(heard.hostId);
});

test("0 days deletes nothing, and nothing goes while the server hears nobody", async () => {
  await silentFor(300);
  await night();
  expect(await left()).toHaveLength(1);
  await enrolledHost(ctx);
  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { hostDays: 0 } });
  await night();
  expect(await left()).toHaveLength(2);
});

test("a night takes so many at most, the longest silent first; the others follow the next night", async () => {
  const heard = await enrolledHost(ctx);
  const silent = [];
  for (let n = 0; n < 23; n += 1) silent.push(await silentFor(100 - n));
  await night();
  expect(await left()).toEqual([heard.hostId, ...silent.slice(20).map(({ hostId }) => hostId)]);
  await night();
  expect(await left()).toEqual([heard.hostId]);
});

test("a host that comes back between the choice and its turn stays", async () => {
  await enrolledHost(ctx);
  const back = await silentFor(50);
  await ctx.db.hostSeen.update({ where: { hostId: back.hostId }, data: { seenAt: clock.now() } });
  await expireHosts.run(ctx, { hostIds: [back.hostId] });
  expect(await left()).toContain(back.hostId);
});
