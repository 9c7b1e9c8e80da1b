import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Context, TeamRole } from "@/lib/context";
import { ForbiddenError, NotFoundError } from "@/lib/errors";
import { enrolledHost, makeConnection, makePolicy, makeReport, makeTeam, makeVerdict, type EnrolledHost } from "@/lib/testing/scenarios";
import { testServerContext, testTeamUserContext, testUserContext } from "@/lib/testing/test-context";
import { openAttention } from "./attention-queries";
import { getDeliveryHealth } from "./delivery-health";
import { getHostCompliance } from "./get-host-compliance";
import { getOverview } from "./get-overview";
import { getReport } from "./get-report";
import { listHostTimeline } from "./list-host-timeline";
import { listReports } from "./list-reports";
import { resolveIdentityConflict } from "./resolve-identity-conflict";
import { retryReport } from "./retry-report";
import { sendNow } from "./send-now";

let server: Context;
let own: number;
let other: number;
let ownHost: EnrolledHost;
let otherHost: EnrolledHost;
let ownReport: string;
let otherReport: string;
let deletedReport: string;
let deletedHost: number;
const nowhere = 987_654;
const as = (role: TeamRole) => testTeamUserContext([{ teamId: own, role }]);
const onBoth = (here: TeamRole, there: TeamRole) =>
  testTeamUserContext([
    { teamId: own, role: here },
    { teamId: other, role: there },
  ]);

beforeAll(async () => {
  server = testServerContext();
  const { connectionId } = await makeConnection(server, { isDefault: true, state: "credential_error" });
  own = (await makeTeam(server)).teamId;
  other = (await makeTeam(server)).teamId;
  const causedAt = new Date(server.now().getTime() - 3_600_000);
  const blocked = async (teamId: number) => {
    const host = await enrolledHost(server, { teamId, person: "p@aldergate.example" });
    const policy = await makePolicy(server, { teamId, name: `Blocks ${teamId}` });
    const reasons = [{ code: "policy_failed", policyId: policy.policyId, policyName: policy.name }];
    await makeVerdict(server, { hostId: host.hostId, accessState: "held", from: "in", reasons, at: causedAt });
    const { reportId } = await makeReport(server, { hostId: host.hostId, connectionId, state: "confirmed", compliant: false, causedAt });
    await openAttention(server.sql, { code: "report_failed", subject: `host:${host.hostId}`, hostId: host.hostId }, server.now());
    await openAttention(server.sql, { code: "policy_query_at_fault", subject: `policy:${policy.policyId}`, policyId: policy.policyId }, server.now());
    return { host, reportId };
  };
  ({ host: ownHost, reportId: ownReport } = await blocked(own));
  ({ host: otherHost, reportId: otherReport } = await blocked(other));
  await openAttention(server.sql, { code: "reports_refused", subject: `connection:${connectionId}` }, server.now());
  const gone = await enrolledHost(server, { teamId: own });
  deletedHost = gone.hostId;
  deletedReport = (await makeReport(server, { hostId: gone.hostId, connectionId, state: "confirmed", compliant: true, causedAt })).reportId;
  await server.db.host.delete({ where: { id: gone.hostId } });
});

test("the overview without a team is that of the caller's teams: hosts, changes, deliveries, blockers and what waits", async () => {
  const overview = await getOverview(await as("observer"));
  expect(overview.fleet.total).toBe(1);
  expect(overview.byAccess.held).toBe(1);
  expect(overview.changes.held?.entered).toBe(1);
  expect(overview.delivery.accepted).toBe(1);
  expect(overview.blockedNow.map(({ id }) => id)).toEqual([ownHost.hostId]);
  expect(overview.blockers.map(({ policyName }) => policyName)).toEqual([`Blocks ${own}`]);
  expect(overview.needsYou.map(({ key, link }) => [key, link.text]).toSorted()).toEqual([
    ["policy_query_at_fault", `Blocks ${own}`],
    ["report_failed", ownHost.name],
  ]);
  expect(overview.connections).toEqual([]);
});

test("the overview of two teams holds both; a global role's holds all, connections too", async () => {
  expect((await getOverview(await onBoth("observer", "technician"))).fleet.total).toBe(2);
  const whole = await getOverview(await testUserContext("observer"));
  expect(whole.fleet.total).toBe(2);
  expect(whole.delivery.accepted).toBe(3);
  expect(whole.connections).toHaveLength(1);
  expect(whole.needsYou.map(({ key }) => key)).toEqual(expect.arrayContaining(["reports_refused", `connection:${whole.connections[0]?.id}`]));
});

test("the overview of another team, of No team and of none that exists are refused alike", async () => {
  for (const teamId of [other, 0, nowhere]) await expect(getOverview(await as("admin"), { teamId })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(getOverview(await as("gitops"))).rejects.toBeInstanceOf(ForbiddenError);
});

test("how delivery goes is for global roles", async () => {
  await expect(getDeliveryHealth(await as("admin"))).rejects.toBeInstanceOf(ForbiddenError);
  expect((await getDeliveryHealth(await testUserContext("observer"))).tone).toBe("held");
});

test("reports without a host are those of the caller's hosts, counted and paged", async () => {
  const observer = await as("observer");
  expect((await listReports(observer, {})).reports.map(({ id }) => id)).toEqual([ownReport]);
  expect(await listReports(observer, {}, { page: 1, perPage: 1 })).toEqual({ reports: [], count: 1, nextCursor: null });
  expect((await listReports(observer, { hostId: ownHost.hostId })).count).toBe(1);
  expect((await listReports(await onBoth("observer", "observer"), {})).count).toBe(2);
  expect((await listReports(await testUserContext("observer"), { hostId: deletedHost })).reports.map(({ id }) => id)).toEqual([deletedReport]);
  await expect(listReports(observer, { teamId: other })).rejects.toBeInstanceOf(ForbiddenError);
});

describe("what is another team's is answered like what doesn't exist", () => {
  test.each<[string, (ctx: Context, hostId: number) => Promise<unknown>]>([
    ["a host's access", (ctx, id) => getHostCompliance(ctx, id)],
    ["its timeline", (ctx, id) => listHostTimeline(ctx, id)],
    ["its reports", (ctx, id) => listReports(ctx, { hostId: id })],
    ["telling Microsoft about it", (ctx, id) => sendNow(ctx, id)],
    ["deciding whose its device is", (ctx, id) => resolveIdentityConflict(ctx, id)],
  ])("%s", async (_what, act) => {
    const maintainer = await as("maintainer");
    for (const id of [otherHost.hostId, deletedHost, nowhere]) {
      const error = await act(maintainer, id).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ code: "host_not_found", message: `Host ${id} was not found. It may have been deleted.` });
    }
  });

  test.each<[string, (ctx: Context, reportId: string) => Promise<unknown>]>([
    ["a report", (ctx, id) => getReport(ctx, id)],
    ["trying it again", (ctx, id) => retryReport(ctx, id)],
  ])("%s", async (_what, act) => {
    const maintainer = await as("maintainer");
    for (const id of [otherReport, deletedReport, randomUUID()]) {
      const error = await act(maintainer, id).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: "report_not_found", message: `Report ${id} was not found.` });
    }
  });
});

test("what is one's own is read with any role on the team that reads, and told to Microsoft with those that write", async () => {
  const observer = await as("observer");
  expect((await getHostCompliance(observer, ownHost.hostId)).accessState).toBe("held");
  expect((await listHostTimeline(observer, ownHost.hostId)).count).toBeGreaterThan(0);
  expect((await getReport(observer, ownReport)).id).toBe(ownReport);
  await expect(sendNow(observer, ownHost.hostId)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(retryReport(observer, ownReport)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(retryReport(await as("maintainer"), ownReport)).rejects.toMatchObject({ code: "report_not_waiting" });
});

test("a device isn't taken from a host of a team that the caller's role doesn't reach", async () => {
  const claimant = await enrolledHost(server, { teamId: own });
  const conflict = { conflictSince: server.now(), conflictHostId: otherHost.hostId };
  await server.db.hostEntraIdentity.update({ where: { hostId: claimant.hostId }, data: conflict });
  await server.db.hostCompliance.create({
    data: {
      hostId: claimant.hostId,
      accessState: "unsure",
      managed: true,
      decision: "undecided",
      policyStanding: "none",
      reasons: [{ code: "conflict", otherHostId: otherHost.hostId }],
      changedAt: server.now(),
      assessedAt: server.now(),
    },
  });
  await expect(resolveIdentityConflict(await as("admin"), claimant.hostId)).rejects.toBeInstanceOf(ForbiddenError);
  expect((await getHostCompliance(await as("admin"), claimant.hostId)).reasons[0]?.sentence).toMatch(/^Another host holds/);
  const both = await onBoth("maintainer", "admin");
  expect((await getHostCompliance(both, claimant.hostId)).reasons[0]?.sentence).toContain(`(${otherHost.hostId})`);
  await resolveIdentityConflict(both, claimant.hostId);
});
