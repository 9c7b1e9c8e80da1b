import { beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { ForbiddenError, NotFoundError } from "@/lib/errors";
import { enrolledHost, makeConnection, makeReport, makeTeam, makeVerdict } from "@/lib/testing/scenarios";
import { seedAldergate, type Aldergate } from "@/lib/testing/seed-aldergate";
import { testServerContext, testUserContext } from "@/lib/testing/test-context";
import { getDeliveryHealth } from "./delivery-health";
import { getHostCompliance } from "./get-host-compliance";
import { getOverview } from "./get-overview";
import { getReport } from "./get-report";
import { listHostTimeline } from "./list-host-timeline";
import { listReports } from "./list-reports";

let ctx: Context;
let aldergate: Aldergate;
const host = (name: string) => aldergate.hosts.get(name) ?? 0;

beforeAll(async () => {
  ctx = testServerContext();
  aldergate = await seedAldergate(ctx);
});

describe("the overview of Aldergate Research", () => {
  test("counts hosts per state, and what changed in 24 hours", async () => {
    const overview = await getOverview(ctx);
    expect(overview.byAccess).toEqual({ held: 11, unsure: 9, loose: 16, in: 395 });
    expect(overview.fleet).toMatchObject({ total: 431, macs: 431, byException: 1 });
    expect(overview.changes.held?.entered).toBe(5);
    expect(overview.changes.in).toMatchObject({ left: 5 + overview.changes.loose!.entered });
  });

  test("names the blocked, the latest first, with the state of their reports", async () => {
    const { blockedNow } = await getOverview(ctx);
    expect(blockedNow).toHaveLength(8);
    expect(blockedNow.slice(0, 2).map(({ name, report }) => [name.slice(0, 6), report?.state])).toEqual([
      ["Amélie", "uploading"],
      ["mbp-ng", "failed"],
    ]);
  });

  test("measures from the cause to Microsoft's acceptance, and shows the slow half hours", async () => {
    const { delivery, since, now } = await getOverview(ctx);
    expect(delivery.accepted).toBeGreaterThan(150);
    expect(delivery.p50Ms).toBeGreaterThan(2300);
    expect(delivery.p50Ms).toBeLessThan(3800);
    expect(delivery.p99Ms).toBeGreaterThan(delivery.p95Ms ?? Infinity);
    const peak = delivery.points.toSorted((a, b) => b.medianMs - a.medianMs)[0];
    expect(peak?.medianMs).toBeGreaterThan(6000);
    expect(delivery.points.every(({ at }) => at >= since && at <= now)).toBe(true);
  });

  test("says what blocks people, most frequent first, and what waits for an admin", async () => {
    const { blockers, needsYou } = await getOverview(ctx);
    expect(blockers.map(({ policyName, code, hosts }) => [policyName ?? code, hosts]).slice(0, 3)).toEqual([
      ["macOS is 15.4.1 or newer", 4],
      ["Disk encryption is on (FileVault)", 3],
      ["Screen locks within 5 minutes", 2],
    ]);
    expect(needsYou.map(({ before, link }) => `${before} ${link.text}`)).toEqual([
      "Entra disagrees on eng-build-mac-studio-lab-rack-2-lower",
      "Entra doesn’t know the person of mbp-ferraro",
      "Exception for mbp-oduya-ceo",
    ]);
  });

  test("of one team counts that team alone", async () => {
    const overview = await getOverview(ctx, { teamId: aldergate.teams.get("Executive") });
    expect(overview.fleet.total).toBe(9);
    expect(overview.blockedNow).toEqual([]);
  });

  test("is for whoever may read hosts and reports", async () => {
    await expect(getOverview(await testUserContext("none"))).rejects.toBeInstanceOf(ForbiddenError);
    await expect(getOverview(await testUserContext("gitops"))).rejects.toBeInstanceOf(ForbiddenError);
    expect((await getOverview(await testUserContext("observer"))).fleet.total).toBe(431);
  });
});

describe("a host's access", () => {
  test("a blocked host that Microsoft accepted and Entra confirmed shows four facts that agree", async () => {
    const compliance = await getHostCompliance(ctx, host("mbp-tkowalczyk-03"));
    expect(compliance).toMatchObject({ accessState: "held", managed: true, decision: "not_compliant" });
    expect(compliance.reasons[0]?.sentence).toBe("“macOS is 15.4.1 or newer” fails.");
    expect(compliance.waterline.map(({ value, mark, done }) => [value, mark, done])).toEqual([
      ["Managed, not compliant", "held", true],
      ["The same", "done", true],
      ["Accepted", "done", true],
      ["Not compliant", "held", false],
    ]);
  });

  test.each([
    ["eng-build-mac-studio-lab-rack-2-lower", 3, "warn", "Compliant"],
    ["mbp-ferraro", 1, "broken", "Stopped"],
    ["mbp-nguyen-04", 2, "warn", "Failed"],
    ["Jean-Baptiste’s MacBook Pro", 2, "running", "Hasn’t answered"],
    ["mbp-haddad", 1, "running", "Queued"],
    ["C02ZL0QHMD6T", 1, "todo", "Nothing to send"],
  ])("%s breaks or waits at step %i", async (name, step, mark, value) => {
    const { waterline } = await getHostCompliance(ctx, host(name));
    expect(waterline[step]).toMatchObject({ mark, value });
    if (mark === "warn" || mark === "broken") expect(waterline[step]?.remedy).not.toBe("");
  });

  test("a host nobody assessed is unknown and has nothing to send", async () => {
    const fresh = await enrolledHost(ctx, { deviceId: null });
    expect(await getHostCompliance(ctx, fresh.hostId)).toMatchObject({ accessState: "unsure", decision: "undecided", reasons: [] });
    await expect(getHostCompliance(ctx, 999_999)).rejects.toBeInstanceOf(NotFoundError);
  });

  test("says which reason no longer counts since the last change", async () => {
    const blocked = await enrolledHost(ctx);
    const reason = { code: "policy_failed", policyId: 1, policyName: "Firewall is on" };
    await makeVerdict(ctx, { hostId: blocked.hostId, accessState: "held", reasons: [reason, { ...reason, policyId: 2, policyName: "FileVault is on" }] });
    await ctx.db.hostCompliance.update({ where: { hostId: blocked.hostId }, data: { reasons: [reason] } });
    const { reasons, solved } = await getHostCompliance(ctx, blocked.hostId);
    expect([reasons.length, solved.map(({ policyName }) => policyName)]).toEqual([1, ["FileVault is on"]]);
  });
});

describe("what happened", () => {
  test("joins verdicts, reports with Microsoft's ids and deeds of admins, newest first", async () => {
    const { entries, count } = await listHostTimeline(ctx, host("mbp-tkowalczyk-03"));
    expect(count).toBe(entries.length);
    expect(entries.map(({ at }) => at.getTime())).toEqual(entries.map(({ at }) => at.getTime()).toSorted((a, b) => b - a));
    expect(entries.map(({ sentence }) => sentence)).toEqual([
      "Entra says not compliant, as sent",
      expect.stringMatching(/^Accepted by Microsoft, \d\.\d s after sending$/),
      "Sent: managed, not compliant",
      expect.stringMatching(/^Omar Haddad asked .* again$/),
      "Queued: managed, not compliant",
      "Let in → blocked: the host answered",
      "New → let in: the host answered",
    ]);
    expect(entries.map(({ id }) => id?.kind)).toEqual(["device", "message", "request", undefined, "report", "policy", undefined]);
  });

  test("comes in pages", async () => {
    const first = await listHostTimeline(ctx, host("mbp-tkowalczyk-03"), { perPage: 3 });
    const second = await listHostTimeline(ctx, host("mbp-tkowalczyk-03"), { page: 1, perPage: 3 });
    expect(new Set([...first.entries, ...second.entries].map(({ key }) => key)).size).toBe(6);
    await expect(listHostTimeline(ctx, 999_999)).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("reports", () => {
  test("of a host are listed newest first, and one tells its story", async () => {
    const { reports, count } = await listReports(ctx, { hostId: host("mbp-tkowalczyk-03") });
    expect([count, reports.length]).toEqual([1, 1]);
    const report = await getReport(ctx, reports[0]?.id ?? "");
    expect(report.events.map(({ type }) => type)).toEqual(["queued", "submitted", "completed", "confirmed"]);
    expect(report).toMatchObject({ state: "confirmed", compliant: false, microsoftStatus: "Completed" });
  });

  test("of a host or with an id that doesn't exist are a NotFoundError", async () => {
    await expect(listReports(ctx, { hostId: 999_999 })).rejects.toBeInstanceOf(NotFoundError);
    await expect(getReport(ctx, "00000000-0000-4000-8000-000000000000")).rejects.toBeInstanceOf(NotFoundError);
    await expect(listReports(await testUserContext("none"), {})).rejects.toBeInstanceOf(ForbiddenError);
  });

  test("of a deleted host can still be read by its id", async () => {
    const { connectionId } = await makeConnection(ctx);
    const { teamId } = await makeTeam(ctx, { connectionId });
    const gone = await enrolledHost(ctx, { teamId });
    await makeReport(ctx, { hostId: gone.hostId, connectionId, state: "confirmed", compliant: true });
    await ctx.db.host.delete({ where: { id: gone.hostId } });
    expect((await listReports(ctx, { hostId: gone.hostId })).count).toBe(1);
  });
});

test("delivery health is one line about Microsoft and one about what waits", async () => {
  const health = await getDeliveryHealth(ctx);
  expect(health).toMatchObject({ tone: "unsure", line: "Microsoft is slow to answer", waiting: 3 });
  await ctx.db.complianceReport.updateMany({ where: { state: "failed" }, data: { state: "superseded" } });
  expect(await getDeliveryHealth(ctx)).toMatchObject({
    tone: "in",
    line: expect.stringMatching(/^Microsoft accepts in \d\.\d s$/),
    second: "2 reports waiting",
  });
  await ctx.db.entraConnection.updateMany({ data: { state: "credential_error" } });
  expect(await getDeliveryHealth(ctx)).toMatchObject({ tone: "held", line: "Microsoft refuses our credential" });
});
