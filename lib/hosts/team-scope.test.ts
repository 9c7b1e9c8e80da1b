import { beforeAll, describe, expect, test } from "vitest";
import type { Context, TeamRole } from "@/lib/context";
import { ForbiddenError, InvalidInputError, NotFoundError } from "@/lib/errors";
import { enrolledHost, makePolicy, makeTeam, makeVerdict, setPolicyResult, type EnrolledHost } from "@/lib/testing/scenarios";
import { testServerContext, testTeamUserContext, testUserContext } from "@/lib/testing/test-context";
import { countHosts } from "./count-hosts";
import { deleteHosts } from "./delete-hosts";
import { findHosts } from "./find-hosts";
import { getHost } from "./get-host";
import { getHostByIdentifier } from "./get-host-by-identifier";
import { listHostFilters } from "./list-host-filters";
import { listHosts } from "./list-hosts";
import { refetchHosts } from "./refetch-hosts";
import { summariseHosts } from "./summarise-hosts";
import { transferHosts } from "./transfer-hosts";

let server: Context;
let own: number;
let other: number;
let ownHost: EnrolledHost;
let otherHost: EnrolledHost;
let nobodysHost: EnrolledHost;
const nowhere = 987_654;
const as = (role: TeamRole) => testTeamUserContext([{ teamId: own, role }]);
const onBoth = (here: TeamRole, there: TeamRole) =>
  testTeamUserContext([
    { teamId: own, role: here },
    { teamId: other, role: there },
  ]);

beforeAll(async () => {
  server = testServerContext();
  own = (await makeTeam(server)).teamId;
  other = (await makeTeam(server)).teamId;
  ownHost = await enrolledHost(server, { teamId: own, name: "shared-name" });
  otherHost = await enrolledHost(server, { teamId: other, name: "theirs" });
  nobodysHost = await enrolledHost(server, { name: "nobodys" });
  for (const { hostId } of [ownHost, otherHost, nobodysHost]) await makeVerdict(server, { hostId, accessState: "held" });
});

describe("lists without a team hold the teams of the caller", () => {
  test("hosts, counts and summaries, on every page and under every filter", async () => {
    const observer = await as("observer");
    const names = async (ctx: Context, ...args: Parameters<typeof listHosts> extends [unknown, ...infer Rest] ? Rest : never) =>
      (await listHosts(ctx, ...args)).map(({ name }) => name);
    expect(await names(observer)).toEqual(["shared-name"]);
    expect(await names(observer, {}, { perPage: 1, page: 1 })).toEqual([]);
    expect(await names(observer, { query: "theirs" })).toEqual([]);
    expect(await names(observer, { hostIds: [ownHost.hostId, otherHost.hostId, nobodysHost.hostId] })).toEqual(["shared-name"]);
    expect(await countHosts(observer)).toMatchObject({ count: 1, all: 1, byAccess: { held: 1 } });
    expect((await summariseHosts(observer)).map(({ total }) => total)).toEqual([1]);

    const both = await onBoth("observer", "technician");
    expect((await names(both)).toSorted()).toEqual(["shared-name", "theirs"]);
    expect(await names(both, { teamId: other })).toEqual(["theirs"]);
    expect(await names(await onBoth("observer", "gitops"))).toEqual(["shared-name"]);
    expect(await names(await testUserContext("observer"))).toHaveLength(3);
  });

  test("a team that isn't the caller's, No team and one that doesn't exist are refused alike", async () => {
    const observer = await as("observer");
    for (const teamId of [other, 0, nowhere]) {
      await expect(listHosts(observer, { teamId })).rejects.toBeInstanceOf(ForbiddenError);
      await expect(countHosts(observer, { teamId })).rejects.toBeInstanceOf(ForbiddenError);
      await expect(summariseHosts(observer, { teamId })).rejects.toBeInstanceOf(ForbiddenError);
      await expect(listHostFilters(observer, teamId)).rejects.toBeInstanceOf(ForbiddenError);
    }
    await expect(listHosts(await as("gitops"))).rejects.toBeInstanceOf(ForbiddenError);
  });

  test("what a list can be filtered by are the policies and labels of the caller's teams and of all teams", async () => {
    const [all, ours, theirs] = [null, own, other].map((teamId) => ({ teamId, name: `Filter ${teamId}` }));
    for (const policy of [all!, ours!, theirs!]) await makePolicy(server, policy);
    const options = await listHostFilters(await as("observer"), undefined);
    expect(options.policies.map(({ name }) => name).filter((name) => name.startsWith("Filter"))).toEqual([`Filter ${own}`, "Filter null"]);
  });
});

describe("a host of another team is answered like one that doesn't exist", () => {
  test.each<[string, (ctx: Context, hostId: number) => Promise<unknown>]>([
    ["reading it", (ctx, id) => getHost(ctx, id)],
    ["asking it again", (ctx, id) => refetchHosts(ctx, { hostIds: [id] })],
    ["asking it beside one's own", (ctx, id) => refetchHosts(ctx, { hostIds: [ownHost.hostId, id] })],
    ["deleting it", (ctx, id) => deleteHosts(ctx, { hostIds: [id] })],
    ["moving it", (ctx, id) => transferHosts(ctx, { hostIds: [id] }, own)],
  ])("%s", async (_what, act) => {
    const admin = await as("admin");
    for (const id of [otherHost.hostId, nobodysHost.hostId, nowhere]) {
      const error = await act(admin, id).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ code: "host_not_found", message: `Host ${id} was not found. It may have been deleted.` });
    }
    expect((await getHost(server, ownHost.hostId)).refetchRequestedAt).toBeNull();
  });

  test("by any name of it; a name that two teams use means the caller's own", async () => {
    const twin = await enrolledHost(server, { teamId: other, name: "shared-name" });
    await server.db.host.update({ where: { id: twin.hostId }, data: { hostname: "shared-name" } });
    await server.db.host.update({ where: { id: ownHost.hostId }, data: { hostname: "shared-name" } });
    const gitops = await as("gitops");
    expect((await getHostByIdentifier(gitops, "shared-name")).id).toBe(ownHost.hostId);
    for (const name of [otherHost.hardwareSerial, otherHost.hardwareUuid, otherHost.name, String(otherHost.hostId), otherHost.nodeKey, "no-such"]) {
      await expect(getHostByIdentifier(gitops, name)).rejects.toMatchObject({
        code: "host_not_found",
        message: `No host answers to "${name}". Use its UUID, serial or host name.`,
      });
    }
    await server.db.host.delete({ where: { id: twin.hostId } });
  });
});

test("a host that may be seen and not changed is refused, not hidden", async () => {
  await expect(deleteHosts(await as("observer"), { hostIds: [ownHost.hostId] })).rejects.toBeInstanceOf(ForbiddenError);
  const mixed = await onBoth("maintainer", "observer");
  await expect(deleteHosts(mixed, { hostIds: [otherHost.hostId] })).rejects.toBeInstanceOf(ForbiddenError);
  expect(await refetchHosts(mixed, { hostIds: [otherHost.hostId] })).toBe(1);
});

test("a bulk change by filter reaches the hosts that the caller sees, all of them or none", async () => {
  expect((await findHosts(await as("maintainer"), { filter: {} }, "host:delete")).map(({ id }) => id)).toEqual([ownHost.hostId]);
  expect(await findHosts(await as("maintainer"), { filter: { query: "theirs" } }, "host:delete")).toEqual([]);
  await expect(findHosts(await onBoth("maintainer", "observer"), { filter: {} }, "host:delete")).rejects.toBeInstanceOf(ForbiddenError);
  await expect(findHosts(await as("maintainer"), { filter: { teamId: other } }, "host:delete")).rejects.toBeInstanceOf(ForbiddenError);
});

test("moving hosts takes the right in both teams; a team out of sight is answered like one that doesn't exist", async () => {
  const moved = await enrolledHost(server, { teamId: own });
  const hosts = { hostIds: [moved.hostId] };
  const maintainer = await as("maintainer");
  for (const teamId of [other, nowhere]) {
    const refused = transferHosts(maintainer, hosts, teamId);
    await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
    await expect(refused).rejects.toMatchObject({ code: "team_not_found", message: expect.stringMatching(new RegExp(`^Team ${teamId} doesn't exist`)) });
  }
  await expect(transferHosts(maintainer, hosts, 0)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(transferHosts(await onBoth("maintainer", "observer"), hosts, other)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(transferHosts(await onBoth("observer", "maintainer"), hosts, other)).rejects.toBeInstanceOf(ForbiddenError);
  expect(await transferHosts(await onBoth("maintainer", "gitops"), hosts, other)).toBe(1);
  await expect(getHost(maintainer, moved.hostId)).rejects.toBeInstanceOf(NotFoundError);
});

test("a host shows the labels of the caller's teams, and no host of another team that it is in conflict with", async () => {
  const host = await enrolledHost(server, { teamId: own });
  for (const teamId of [null, own, other]) {
    const label = await server.db.label.create({ data: { name: `On host ${teamId}`, teamId, labelType: "regular", membershipType: "manual" } });
    await server.db.labelMembership.create({ data: { labelId: label.id, hostId: host.hostId } });
  }
  await server.db.hostEntraIdentity.update({ where: { hostId: host.hostId }, data: { conflictSince: server.now(), conflictHostId: otherHost.hostId } });
  const { policyId } = await makePolicy(server, { teamId: own });
  await setPolicyResult(server, { hostId: host.hostId, policyId, outcome: "fail" });
  const seen = await getHost(await as("gitops"), host.hostId);
  expect(seen.labels.map(({ name }) => name)).toEqual([`On host ${own}`, "On host null"]);
  expect(seen.conflictHostId).toBeNull();
  expect((await getHost(await onBoth("observer", "observer"), host.hostId)).conflictHostId).toBe(otherHost.hostId);
});
