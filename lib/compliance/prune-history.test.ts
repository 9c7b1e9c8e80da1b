import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import type { PruneBatch, PruneCursor } from "@/lib/retention/prune-in-batches";
import { runJobsUntil } from "@/lib/testing/run-jobs";
import { enrolledHost, makeConnection, makeReport, makeVerdict, type EnrolledHost, type ReportOptions } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { pruneHistory } from "./prune-history.job";
import { deleteFormerDevices, deleteOldRepeats, deleteOldReports, deleteOldTransitions } from "./prune-history-queries";

// Ahead of the real clock, which the queue goes by, so that running jobs never moves it.
const clock = testClock(new Date(Date.now() + 24 * 60 * 60 * 1000));
let ctx: Context;
let connectionId: number;
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * 24 * 60 * 60 * 1000);

beforeAll(async () => {
  ctx = testServerContext(clock);
  ({ connectionId } = await makeConnection(ctx));
});

afterEach(async () => {
  await ctx.db.complianceReport.deleteMany({});
  await ctx.db.entraDevice.deleteMany({});
  await ctx.db.accessTransition.deleteMany({});
  await ctx.db.attentionItem.deleteMany({});
  await ctx.db.host.deleteMany({});
  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { transitionDays: 0, reportDays: 90, repeatDays: 7 } });
});

type Batch = (after: PruneCursor | null) => Promise<PruneBatch>;

/** Goes through a table batch by batch; gives the rows removed by each. */
async function goThrough(batch: Batch): Promise<number[]> {
  const removed: number[] = [];
  for (let after: PruneCursor | null = null; ;) {
    const done = await batch(after);
    removed.push(done.removed);
    if (!done.next) return removed;
    after = done.next;
  }
}

const oldReports = (days: number, size = 1000) => goThrough((after) => deleteOldReports(ctx.sql, daysAgo(days), after, size));
const oldRepeats = (days: number, size = 1000) => goThrough((after) => deleteOldRepeats(ctx.sql, daysAgo(days), after, size));
const kept = async () => (await ctx.db.complianceReport.findMany()).map(({ id }) => id).toSorted();

async function told(host: EnrolledHost, days: number, options: Partial<ReportOptions> = {}): Promise<string> {
  const given = { hostId: host.hostId, connectionId, state: "confirmed" as const, compliant: true, causedAt: daysAgo(days) };
  return (await makeReport(ctx, { ...given, ...options })).reportId;
}

/** Each report, as the device holds it: makeReport has the device take every accepted report for its last. */
const lastAccepted = (reportId: string) => ctx.db.entraDevice.count({ where: { acceptedReportId: reportId } });

test("old reports go with their events; the last accepted one of each device and everything younger stay", async () => {
  const host = await enrolledHost(ctx);
  const first = await told(host, 200);
  const second = await told(host, 150);
  const last = await told(host, 120);
  const silent = await enrolledHost(ctx);
  const only = await told(silent, 300);
  expect(await lastAccepted(last)).toBe(1);

  expect(await oldReports(400)).toEqual([0]);
  expect(await oldReports(90)).toEqual([2]);
  expect(await kept()).toEqual([last, only].toSorted());
  expect(await ctx.db.reportEvent.count({ where: { reportId: { in: [first, second] } } })).toBe(0);
  expect(await ctx.db.reportEvent.count({ where: { reportId: last } })).toBeGreaterThan(0);
});

test("a report that Microsoft accepted last stays although newer ones failed or were taken out", async () => {
  const host = await enrolledHost(ctx);
  const accepted = await told(host, 200);
  const takenOut = await told(host, 150, { state: "superseded" });
  const takenOutLater = await told(host, 140, { state: "superseded" });
  await oldReports(90);
  expect(await kept()).toEqual([accepted, takenOutLater].toSorted());
  expect(await ctx.db.complianceReport.count({ where: { id: takenOut } })).toBe(0);
});

test.each(["queued", "uploading", "submitted", "completed", "failed"] as const)("a report that is %s stays, however old", async (state) => {
  const host = await enrolledHost(ctx);
  const live = await told(host, 400, { state });
  await told(host, 100);
  await oldReports(90);
  expect(await kept()).toContain(live);
});

test("the last report of an audit stays beside what was sent for the same device", async () => {
  const host = await enrolledHost(ctx);
  const audited = await told(host, 300);
  await ctx.db.complianceReport.update({ where: { id: audited }, data: { provider: "audit_only" } });
  const sent = await told(host, 200);
  await oldReports(90);
  expect(await kept()).toEqual([audited, sent].toSorted());
});

test("repeats go after their own period, but not the last one, none that had trouble, and no verdict", async () => {
  const host = await enrolledHost(ctx);
  const verdict = await told(host, 30, { kind: "verdict" });
  await told(host, 20, { kind: "freshness" });
  const troubled = await told(host, 19, { kind: "freshness" });
  await ctx.db.complianceReport.update({ where: { id: troubled }, data: { mismatches: 1 } });
  await told(host, 18, { kind: "freshness" });
  const young = await told(host, 5, { kind: "freshness" });
  const quiet = await enrolledHost(ctx);
  const onlyOne = await told(quiet, 40, { kind: "freshness" });
  expect(await oldRepeats(7)).toEqual([2]);
  expect(await kept()).toEqual([verdict, troubled, young, onlyOne].toSorted());
});

test("batches go on behind the rows that stay, and a batch that is repeated does no harm", async () => {
  const hosts = await Promise.all(Array.from({ length: 3 }, () => enrolledHost(ctx)));
  for (const host of hosts) for (const days of [200, 200, 150]) await told(host, days);
  const batch = (after: PruneCursor | null) => deleteOldReports(ctx.sql, daysAgo(90), after, 4);
  const first = await batch(null);
  const second = await batch(first.next);
  expect([first.removed, second.removed]).toEqual([4, 2]);
  // As after a crash: what the second one did is there, but where it stood is lost.
  expect(await batch(first.next)).toMatchObject({ removed: 0, next: null });
  expect(await ctx.db.complianceReport.count()).toBe(3);
  expect(await oldReports(90, 1)).toEqual([0, 0, 0, 0]);
});

test("a device that nobody has any more is forgotten once Entra was taken leave of, and then its last report", async () => {
  const [gone, present, untold] = [await enrolledHost(ctx), await enrolledHost(ctx), await enrolledHost(ctx)];
  const farewell = await told(gone, 200, { kind: "retract" });
  const stays = await told(present, 200, { kind: "retract" });
  // Entra still believes that it is compliant: the record of that stays.
  const unfinished = await told(untold, 200);
  for (const reportId of [farewell, stays, unfinished]) await stamp(ctx, reportId);
  await ctx.db.host.deleteMany({ where: { id: { in: [gone.hostId, untold.hostId] } } });

  const devices = (days: number) => goThrough((after) => deleteFormerDevices(ctx.sql, daysAgo(days), after, 2));
  expect(await oldReports(90)).toEqual([0]);
  expect(await devices(300)).toEqual([0, 0]);
  expect((await devices(90)).reduce((sum, removed) => sum + removed, 0)).toBe(1);
  expect(await oldReports(90)).toEqual([1]);
  expect(await kept()).toEqual([stays, unfinished].toSorted());
});

async function stamp({ db }: Context, reportId: string): Promise<void> {
  const report = await db.complianceReport.findUniqueOrThrow({ where: { id: reportId } });
  await db.complianceReport.update({ where: { id: reportId }, data: { lastUpdateTime: report.causedAt } });
  await db.entraDevice.updateMany({ where: { deviceId: report.deviceId }, data: { lastUpdateTime: report.causedAt } });
}

test("changes of access go, except the last one of a host and one that a report under way is about", async () => {
  const host = await enrolledHost(ctx);
  await makeVerdict(ctx, { hostId: host.hostId, accessState: "in", at: daysAgo(300) });
  const { transitionId } = await makeVerdict(ctx, { hostId: host.hostId, accessState: "held", at: daysAgo(200), from: "in" });
  const { transitionId: last } = await makeVerdict(ctx, { hostId: host.hostId, accessState: "in", at: daysAgo(150), from: "held" });
  await told(host, 200, { state: "queued", transitionId });
  expect(await goThrough((after) => deleteOldTransitions(ctx.sql, daysAgo(90), after, 1))).toEqual([1, 0, 0, 0]);
  expect((await ctx.db.accessTransition.findMany({ orderBy: { id: "asc" } })).map(({ id }) => id)).toEqual([transitionId, last]);
});

test("the night's removal keeps to the settings, goes on from batch to batch, and 0 keeps all", async () => {
  const host = await enrolledHost(ctx);
  for (let i = 0; i < 5; i += 1) await makeVerdict(ctx, { hostId: host.hostId, accessState: i % 2 ? "in" : "held", at: daysAgo(900 - i) });
  for (const days of [900, 800, 700]) await told(host, days);
  for (const days of [20, 15, 10]) await told(host, days, { kind: "freshness" });
  await ctx.db.attentionItem.create({ data: { code: "identity_conflict", subject: randomUUID(), createdAt: daysAgo(300), endedAt: daysAgo(200) } });
  await ctx.db.attentionItem.create({ data: { code: "identity_conflict", subject: randomUUID(), createdAt: daysAgo(300) } });
  const counts = async () => [await ctx.db.accessTransition.count(), await ctx.db.complianceReport.count(), await ctx.db.attentionItem.count()];
  const night = async () => {
    await pruneHistory.run(ctx, { removed: 0 });
    await runJobsUntil({ clock, jobs: [pruneHistory], makeContext: () => ctx }, async () => (await waiting()) === 0);
  };
  const waiting = () =>
    ctx.db.$queryRaw<unknown[]>`select 1 as ok from graphile_worker.jobs where task_identifier = ${pruneHistory.name}`.then((rows) => rows.length);

  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { transitionDays: 0, reportDays: 0, repeatDays: 0 } });
  await night();
  expect(await counts()).toEqual([5, 6, 2]);

  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { repeatDays: 7 } });
  await night();
  expect(await counts()).toEqual([5, 4, 2]);

  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: { transitionDays: 365, reportDays: 90 } });
  await night();
  expect(await counts()).toEqual([1, 1, 1]);
});

test("removals walk along an index, and that of repeats past no report that is kept for longer", async () => {
  const texts: string[] = [];
  const listen = {
    rows: async (given: { text: string }) => {
      texts.push(given.text);
      return [];
    },
  };
  await deleteOldRepeats(listen, daysAgo(7), null, 1000);
  await deleteOldReports(listen, daysAgo(7), null, 1000);
  await deleteOldTransitions(listen, daysAgo(7), null, 1000);
  const uuid = "00000000-0000-0000-0000-000000000000";
  // As if the tables were large: three in four reports are repeats, and all others are older.
  const plans = await ctx.db.$transaction(async (tx) => {
    await tx.$executeRaw`insert into compliance_reports (id, connection_id, provider, kind, device_id, managed, compliant, state, caused_at, created_at, ended_at)
      select gen_random_uuid(), ${connectionId}, 'intune_partner', case when n % 4 = 0 then 'verdict' else 'freshness' end, 'device-' || n % 50, true, true, 'confirmed', t, t, t
      from generate_series(1, 8000) n cross join lateral (select ${clock.now()}::timestamptz - case when n % 4 = 0 then 60 else 10 end * interval '1 day' + n * interval '1 second' as t) times`;
    await tx.$executeRaw`insert into access_transitions (host_id, host_name, from_state, to_state, managed, decision, cause, caused_at, created_at)
      select n % 50, 'mac', 'in', 'held', true, 'not_compliant', 'policy_results', t, t
      from generate_series(1, 8000) n cross join lateral (select ${clock.now()}::timestamptz - n * interval '1 minute' as t) times`;
    await tx.$executeRaw`analyze compliance_reports, access_transitions`;
    await tx.$executeRawUnsafe("set local plan_cache_mode = force_generic_plan");
    const found: string[] = [];
    for (const [index, text] of texts.entries()) {
      await tx.$executeRawUnsafe(`prepare removal_${index} as ${text}`);
      const rows = await tx.$queryRawUnsafe<{ "QUERY PLAN": string }[]>(
        `explain execute removal_${index} ('${daysAgo(7).toISOString()}', '-infinity', '${index === 2 ? "0" : uuid}', 1000)`,
      );
      found.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
    }
    return found;
  });
  expect(plans).toEqual([
    expect.stringContaining("compliance_reports_repeats_idx"),
    expect.stringMatching(/Index (Only )?Scan( Backward)? using compliance_reports_created/),
    expect.stringMatching(/Index Scan using access_transitions_created_at_idx/),
  ]);
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan/);
});
