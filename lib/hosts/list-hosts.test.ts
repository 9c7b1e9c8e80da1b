import { beforeAll, describe, expect, test } from "vitest";
import { ForbiddenError, NotFoundError, UnauthenticatedError } from "@/lib/errors";
import { createContext, type Context } from "@/lib/context";
import { enrolledHost, makePolicy, makeTeam, setPolicyResult, type EnrolledHost } from "@/lib/testing/scenarios";
import { seedAldergate, type Aldergate } from "@/lib/testing/seed-aldergate";
import { testServerContext, testUserContext } from "@/lib/testing/test-context";
import { countHosts } from "./count-hosts";
import { getHost } from "./get-host";
import { getHostByIdentifier } from "./get-host-by-identifier";
import { HostOrderKey, type HostFilter } from "./host-filter";
import { listHostPage } from "./list-host-page";
import { listHosts } from "./list-hosts";
import { summariseHosts } from "./summarise-hosts";

let ctx: Context;
let aldergate: Aldergate;
let windows: EnrolledHost;
let linux: EnrolledHost;

beforeAll(async () => {
  ctx = testServerContext();
  aldergate = await seedAldergate(ctx);
  const { teamId } = await makeTeam(ctx, { name: "Other systems" });
  const long = new Date(ctx.now().getTime() - 40 * 86_400_000);
  windows = await enrolledHost(ctx, {
    teamId,
    name: "WIN-100%_sure",
    platform: "windows",
    person: "win@aldergate.example",
    primaryIp: "192.0.2.77",
    seenAt: new Date(ctx.now().getTime() - 61_000 - 60_000),
  });
  linux = await enrolledHost(ctx, { teamId, name: "ubuntu-box", platform: "ubuntu", deviceId: null, enrolledAt: long, seenAt: long });
});

const names = async (filter: HostFilter) => (await listHosts(ctx, filter, { perPage: 500 })).map(({ name }) => name);

describe("search", () => {
  test.each([
    ["a part of the name, in any case", "TKOWALCZYK"],
    ["the person", "tomasz.kowalczyk@"],
    ["a part of Entra's id", async () => (await getHost(ctx, aldergate.hosts.get("mbp-tkowalczyk-03") ?? 0)).deviceId.slice(2, 20)],
    ["the serial", async () => (await getHost(ctx, aldergate.hosts.get("mbp-tkowalczyk-03") ?? 0)).hardwareSerial],
    ["the hardware UUID", async () => (await getHost(ctx, aldergate.hosts.get("mbp-tkowalczyk-03") ?? 0)).hardwareUuid.toLowerCase()],
  ])("finds a host by %s", async (_what, query) => {
    expect(await names({ query: typeof query === "string" ? query : await query() })).toEqual(["mbp-tkowalczyk-03"]);
  });

  test("finds a host by its address, and by accents as written", async () => {
    expect(await names({ query: "192.0.2.77" })).toEqual(["WIN-100%_sure"]);
    expect(await names({ query: "amélie’s" })).toHaveLength(1);
  });

  test("takes signs that mean something to the database as they are", async () => {
    expect(await names({ query: "100%_s" })).toEqual(["WIN-100%_sure"]);
    expect(await names({ query: "%" })).toEqual(["WIN-100%_sure"]);
    expect(await names({ query: "\\" })).toEqual([]);
    expect(await names({ query: "' or 1=1 --" })).toEqual([]);
  });
});

describe("filters", () => {
  test("by access state; the states' counts don't depend on the chosen one", async () => {
    const counts = await countHosts(ctx, { accessState: "held" });
    expect(counts).toEqual({ count: 11, all: 433, byAccess: { held: 11, unsure: 11, loose: 16, in: 395 } });
    expect(await names({ accessState: "loose" })).toHaveLength(16);
  });

  test("a host that nobody decided about yet is unknown", async () => {
    expect(await names({ accessState: "unsure", query: "ubuntu-box" })).toEqual(["ubuntu-box"]);
  });

  test("by team, and by the lack of one", async () => {
    expect((await countHosts(ctx, { teamId: aldergate.teams.get("Finance") })).count).toBe(52);
    expect((await countHosts(ctx, { teamId: 0 })).count).toBe(46);
  });

  test("by platform; linux means every distribution", async () => {
    expect(await names({ platform: "linux" })).toEqual(["ubuntu-box"]);
    expect(await names({ platform: "windows" })).toEqual(["WIN-100%_sure"]);
    expect((await countHosts(ctx, { platform: "darwin" })).count).toBe(431);
  });

  test("by label", async () => {
    const label = await ctx.db.label.findFirstOrThrow({ where: { name: "Loaner Macs" } });
    const members = await ctx.db.labelMembership.count({ where: { labelId: label.id } });
    expect((await countHosts(ctx, { labelId: label.id })).count).toBe(members);
    expect(members).toBeGreaterThan(1);
  });

  test("by what they answered to a policy; an answer to an older version counts as unknown", async () => {
    const policy = await makePolicy(ctx, { teamId: windows.teamId, platform: "" });
    await setPolicyResult(ctx, { hostId: windows.hostId, policyId: policy.policyId, outcome: "fail" });
    await setPolicyResult(ctx, { hostId: linux.hostId, policyId: policy.policyId, outcome: "pass" });
    const of = (policyOutcome: "pass" | "fail" | "unknown") => names({ policyId: policy.policyId, policyOutcome });
    expect([await of("fail"), await of("pass"), await of("unknown")]).toEqual([["WIN-100%_sure"], ["ubuntu-box"], []]);
    await ctx.db.policy.update({ where: { id: policy.policyId }, data: { version: 2 } });
    expect([await of("fail"), await of("pass"), (await of("unknown")).length]).toEqual([[], [], 2]);
    expect(await names({ policyId: policy.policyId })).toHaveLength(2);
    await setPolicyResult(ctx, { hostId: windows.hostId, policyId: policy.policyId, outcome: "unknown" });
    await setPolicyResult(ctx, { hostId: linux.hostId, policyId: policy.policyId, outcome: "pass" });
    expect([await of("pass"), await of("unknown")]).toEqual([["ubuntu-box"], ["WIN-100%_sure"]]);
  });

  test("by status: online is the shorter interval plus a minute, missing is 30 days of silence", async () => {
    expect(await names({ status: "missing" })).toEqual(["ubuntu-box"]);
    expect(await names({ status: "mia" })).toEqual(["ubuntu-box"]);
    expect(await names({ status: "offline", teamId: windows.teamId })).toEqual(["ubuntu-box", "WIN-100%_sure"]);
    expect(await names({ status: "online", query: "mbp-nakamura" })).toEqual(["mbp-nakamura-hanako"]);
    expect(await names({ status: "new" })).toEqual(["WIN-100%_sure"]);
  });
});

describe("order and pages", () => {
  test("the blocked stand first, then unknown, unmanaged, let in, each by name", async () => {
    const states = (await listHosts(ctx, {}, { perPage: 40 })).map(({ accessState }) => accessState);
    expect(states).toEqual([...Array(11).fill("held"), ...Array(11).fill("unsure"), ...Array(16).fill("loose"), ...Array(2).fill("in")]);
  });

  test("pages follow one another without a gap or a repetition", async () => {
    const pages = await Promise.all([0, 1, 2, 3, 4].map((page) => listHosts(ctx, {}, { page, perPage: 100, orderKey: "display_name" })));
    const ids = pages.flat().map(({ id }) => id);
    expect(ids).toHaveLength(433);
    expect(new Set(ids).size).toBe(433);
  });

  test("both directions, and a cursor that goes on behind a value", async () => {
    const up = await listHosts(ctx, {}, { orderKey: "id", perPage: 5 });
    const down = await listHosts(ctx, {}, { orderKey: "id", orderDirection: "desc", perPage: 1 });
    expect(down[0]?.id).toBe(Math.max(windows.hostId, linux.hostId));
    const behind = await listHosts(ctx, {}, { orderKey: "id", perPage: 2, after: String(up[2]?.id) });
    expect(behind.map(({ id }) => id)).toEqual([up[3]?.id, up[4]?.id]);
  });
});

describe("cursors", () => {
  const walk = async (filter: HostFilter, order: { orderKey: HostOrderKey; orderDirection: "asc" | "desc" }, perPage: number) => {
    const ids: number[] = [];
    let after: string | undefined;
    for (;;) {
      const { hosts, nextCursor } = await listHostPage(ctx, filter, { ...order, perPage, after });
      ids.push(...hosts.map(({ id }) => id));
      if (nextCursor === null) return ids;
      after = nextCursor;
    }
  };

  test.each(HostOrderKey.options.flatMap((orderKey) => (["asc", "desc"] as const).map((orderDirection) => ({ orderKey, orderDirection }))))(
    "pages by $orderKey $orderDirection follow one another through equal and missing values",
    async (order) => {
      const whole = (await listHosts(ctx, {}, order)).map(({ id }) => id);
      expect(whole).toHaveLength(433);
      expect(await walk({}, order, 60)).toEqual(whole);
    },
  );

  test("a cursor keeps to its filter, and the last page has none", async () => {
    const order = { orderKey: "access", orderDirection: "asc" } as const;
    const filter = { query: "mbp", teamId: aldergate.teams.get("Finance") };
    const all = (await listHosts(ctx, filter, order)).map(({ id }) => id);
    expect(all.length).toBeGreaterThan(6);
    expect(await walk(filter, order, 5)).toEqual(all);
    expect((await listHostPage(ctx, filter, { perPage: all.length })).nextCursor).toBeNull();
  });

  test("a value as the API shows it goes on behind every host that has it", async () => {
    expect((await listHosts(ctx, {}, { orderKey: "access", after: "unsure", perPage: 1 }))[0]?.accessState).toBe("loose");
    const all = await listHosts(ctx, {}, { orderKey: "display_name" });
    const rest = await listHosts(ctx, {}, { orderKey: "display_name", after: "UBUNTU-BOX" });
    expect(rest).toEqual(all.slice(all.findIndex(({ name }) => name === "ubuntu-box") + 1));
  });

  test.each([
    ["a value of another kind", "id", "abc"],
    ["a time that is none", "created_at", "yesterday"],
    ["a cursor that was cut", "id", "next:WyJpZC"],
    ["a cursor of another order", "display_name", "next:WyJpZCBhc2MiLCI1IiwiYSIsNV0"],
    ["a cursor with a forged value", "id", `next:${Buffer.from('["id asc","1 or 1=1","a",5]').toString("base64url")}`],
  ] as const)("refuses %s", async (_what, orderKey, after) => {
    await expect(listHosts(ctx, {}, { orderKey, after })).rejects.toMatchObject({ status: 400, code: "bad_cursor", fields: [{ field: "after" }] });
  });
});

describe("places", () => {
  const stored = async () => (await ctx.db.hostPlace.findMany({ orderBy: { hostId: "asc" } })).map(({ place: _place, ...rest }) => rest);
  const live = async () =>
    (await ctx.db.host.findMany({ orderBy: { id: "asc" }, include: { compliance: true, entraIdentity: true } })).map((host) => ({
      hostId: host.id,
      teamId: host.teamId,
      platform: host.platform,
      accessState: host.compliance?.accessState ?? "unsure",
      name: (host.computerName || host.hostname || host.hardwareSerial || `Host ${host.id}`).toLowerCase(),
      os: `${host.osName} ${host.osVersion}`,
      mdmState: host.mdmState,
      registered: host.entraIdentity?.state === "registered" && host.entraIdentity.conflictSince === null,
      onlineSeconds: Math.min(host.distributedIntervalSeconds, host.configRefreshSeconds) + 60,
      createdAt: host.createdAt,
    }));

  test("follow every change of a host, of its verdict and of its identity", async () => {
    expect(await stored()).toEqual(await live());
    const { hostId } = await enrolledHost(ctx, { name: "to be changed", person: "before@aldergate.example" });
    await ctx.db.host.update({ where: { id: hostId }, data: { computerName: "Changed ÄÖ", platform: "windows", primaryIp: "198.51.100.9" } });
    await ctx.db.hostCompliance.upsert({
      where: { hostId },
      update: { accessState: "held" },
      create: { hostId, accessState: "held", managed: true, decision: "not_compliant", changedAt: ctx.now(), assessedAt: ctx.now() },
    });
    await ctx.db.hostEntraIdentity.update({ where: { hostId }, data: { userPrincipalName: "after@aldergate.example" } });
    expect(await stored()).toEqual(await live());
    await ctx.db.host.update({ where: { id: hostId }, data: { osName: "macOS", osVersion: "26.1", mdmState: "off", distributedIntervalSeconds: 30 } });
    await ctx.db.hostEntraIdentity.update({ where: { hostId }, data: { conflictSince: ctx.now() } });
    expect(await stored()).toEqual(await live());
    await ctx.db.hostEntraIdentity.update({ where: { hostId }, data: { conflictSince: null, state: "device_only" } });
    expect(await stored()).toEqual(await live());
    expect(await names({ query: "changed äö", accessState: "held", platform: "windows" })).toEqual(["Changed ÄÖ"]);
    expect(await names({ query: "AFTER@ALDER" })).toEqual(["Changed ÄÖ"]);
    expect(await names({ query: "before@alder" })).toEqual([]);
    expect(await names({ query: "198.51.100.9" })).toEqual(["Changed ÄÖ"]);
    await ctx.db.hostCompliance.delete({ where: { hostId } });
    await ctx.db.hostEntraIdentity.delete({ where: { hostId } });
    expect(await names({ query: "after@alder" })).toEqual([]);
    expect(await stored()).toEqual(await live());
    await ctx.db.host.delete({ where: { id: hostId } });
    expect(await stored()).toEqual(await live());
  });
});

describe("one host", () => {
  test("carries its verdict, its answers with the failing first, its labels and its last report", async () => {
    const host = await getHost(ctx, aldergate.hosts.get("FIN-MBA-0117") ?? 0);
    expect(host).toMatchObject({
      accessState: "held",
      teamName: "Finance",
      failingPolicies: 2,
      online: true,
      report: { state: "confirmed", compliant: false },
    });
    expect(host.policies.slice(0, 2).map(({ name, outcome }) => [name, outcome])).toEqual([
      ["Firewall is on", "fail"],
      ["Screen locks within 5 minutes", "fail"],
    ]);
    expect(host.labels.map(({ name }) => name)).toContain("macOS");
  });

  test("is found by UUID, serial, host name and node key", async () => {
    for (const identifier of [windows.hardwareUuid, windows.hardwareSerial.toLowerCase(), "WIN-100%_sure", windows.nodeKey, windows.orbitNodeKey]) {
      expect((await getHostByIdentifier(ctx, identifier)).id).toBe(windows.hostId);
    }
    await expect(getHostByIdentifier(ctx, "%")).rejects.toMatchObject({ code: "host_not_found" });
  });

  test("an unknown id is a NotFoundError", async () => {
    await expect(getHost(ctx, 999_999)).rejects.toBeInstanceOf(NotFoundError);
  });
});

test("the summary counts per platform", async () => {
  const rows = await summariseHosts(ctx);
  expect(rows.map(({ platform, total, linux: isLinux }) => [platform, total, isLinux])).toEqual([
    ["darwin", 431, false],
    ["ubuntu", 1, true],
    ["windows", 1, false],
  ]);
});

test("nobody, and a user without a role, see no host", async () => {
  await expect(listHosts(createContext({ kind: "nobody" }))).rejects.toBeInstanceOf(UnauthenticatedError);
  const none = await testUserContext("none");
  await expect(listHosts(none)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(getHost(none, windows.hostId)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(getHost(none, 999_999)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(countHosts(none)).rejects.toBeInstanceOf(ForbiddenError);
});
