import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { ForbiddenError, InvalidInputError } from "../errors";
import { forgetFailedJobs } from "../jobs/forget-failed-jobs";
import { runJobsUntil } from "../testing/run-jobs";
import { testClock, testServerContext, testUserContext } from "../testing/test-context";
import { getRetention } from "./get-retention";
import { pruneActivityLog } from "./prune-activities.job";
import { keptSince, type RetentionPatch } from "./retention";
import { updateRetention } from "./update-retention";

// Ahead of the real clock, which the queue goes by, so that running jobs never moves it.
const clock = testClock(new Date(Date.now() + 24 * 60 * 60 * 1000));
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 24 * 60 * 60 * 1000);
let admin: Context;

beforeAll(async () => {
  admin = await testUserContext("admin", clock);
});

test("without a choice, changes of access and activity are kept for ever and hosts are never deleted", async () => {
  expect(await getRetention(admin)).toEqual({ transitionDays: 0, reportDays: 90, repeatDays: 7, activityDays: 0, signInDays: 90, hostDays: 0 });
});

test("a change is stored and leaves an activity with before and after; the same again leaves none", async () => {
  expect(await updateRetention(admin, { reportDays: 180, hostDays: 60 })).toMatchObject({ reportDays: 180, repeatDays: 7, hostDays: 60 });
  expect(await getRetention(admin)).toMatchObject({ reportDays: 180, hostDays: 60 });
  await updateRetention(admin, { reportDays: 180 });
  const activities = await admin.db.activity.findMany({ where: { type: "edited_retention" } });
  expect(activities.map(({ details }) => details)).toEqual([{ changed: { reportDays: { from: 90, to: 180 }, hostDays: { from: 0, to: 60 } } }]);
  await updateRetention(admin, { reportDays: 90, hostDays: 0 });
});

test.each<[RetentionPatch, string]>([
  [{ transitionDays: 29 }, "transitionDays"],
  [{ reportDays: 3651 }, "reportDays"],
  [{ repeatDays: 1 }, "repeatDays"],
  [{ activityDays: -1 }, "activityDays"],
  [{ signInDays: 45.5 }, "signInDays"],
  [{ hostDays: 13 }, "hostDays"],
])("%o is refused at its field, with what was expected there", async (patch, field) => {
  const refused = await updateRetention(admin, { activityDays: 400, ...patch }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InvalidInputError);
  expect((refused as InvalidInputError).fields).toEqual([{ field, reason: expect.stringMatching(/expected/) }]);
  expect((await getRetention(admin)).activityDays).toBe(0);
});

test("who may not change the organisation may read the periods and not change them", async () => {
  const observer = await testUserContext("observer", clock);
  expect((await getRetention(observer)).reportDays).toBe(90);
  await expect(updateRetention(observer, { reportDays: 60 })).rejects.toBeInstanceOf(ForbiddenError);
  const nobody = await testUserContext("none", clock);
  await expect(getRetention(nobody)).rejects.toBeInstanceOf(ForbiddenError);
});

test("of two periods the shortest holds, and for ever yields to any", () => {
  expect(keptSince(clock.now(), 90, 7)).toEqual(daysAgo(7));
  expect(keptSince(clock.now(), 30, 0)).toEqual(daysAgo(30));
  expect(keptSince(clock.now(), 0, 0)).toBeNull();
});

test("the night removes refused attempts and activities that are old enough, batch after batch, and nothing younger", async () => {
  const ctx = testServerContext(clock);
  await ctx.db.activity.deleteMany({});
  const add = (type: string, days: number, rows = 1) =>
    ctx.db.activity.createMany({ data: Array.from({ length: rows }, () => ({ type, createdAt: daysAgo(days), actorKind: "server" })) });
  await add("user_failed_login", 91, 5001);
  await add("host_enrollment_refused", 100);
  await add("user_failed_login", 89);
  await add("created_policy", 400);
  await add("created_policy", 10);
  const night = async () => {
    await pruneActivityLog.run(ctx, { removed: 0 });
    // Its own alone: what others asked for isn't done here.
    const waiting = async () =>
      (await ctx.db.$queryRaw<unknown[]>`select 1 as ok from graphile_worker.jobs where task_identifier = ${pruneActivityLog.name}`).length;
    await runJobsUntil({ clock, jobs: [pruneActivityLog], makeContext: () => ctx }, async () => (await waiting()) === 0);
    return (await ctx.db.activity.findMany({ orderBy: { createdAt: "asc" } })).map(({ type }) => type);
  };
  expect(await night()).toEqual(["created_policy", "user_failed_login", "created_policy"]);
  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { activityDays: 365 } });
  expect(await night()).toEqual(["user_failed_login", "created_policy"]);
  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { activityDays: 0, signInDays: 0 } });
  expect(await night()).toEqual(["user_failed_login", "created_policy"]);
});

test("a job that failed for good is forgotten after a month; one that may be tried again stays", async () => {
  const ctx = testServerContext(clock);
  const add = async (attempts: number, days: number) => {
    await ctx.db.$executeRaw`select graphile_worker.add_job('retention.nobody_runs_this', max_attempts => 3, run_at => now() + interval '100 years')`;
    await ctx.db
      .$executeRaw`update graphile_worker._private_jobs set attempts = ${attempts}, updated_at = ${daysAgo(days)} where id = (select max(id) from graphile_worker._private_jobs)`;
  };
  await add(3, 40);
  await add(3, 20);
  await add(2, 40);
  expect(await forgetFailedJobs(ctx, daysAgo(30), 5000)).toBe(1);
  const left = await ctx.db.$queryRaw<
    { attempts: number }[]
  >`select attempts from graphile_worker.jobs where task_identifier = 'retention.nobody_runs_this' order by id`;
  expect(left.map(({ attempts }) => attempts)).toEqual([3, 2]);
});
