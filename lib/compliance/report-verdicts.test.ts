import { beforeEach, describe, expect, test } from "vitest";
import { makeAssessmentScene, type AssessmentScene } from "@/lib/testing/assessment-scene";
import { makeConnection, setPolicyResult } from "@/lib/testing/scenarios";
import { testUserContext } from "@/lib/testing/test-context";
import { resolveIdentityConflict } from "./resolve-identity-conflict";
import { retractDeletedHosts } from "./retract-deleted-hosts.job";

const hour = 3_600_000;
let { ctx, clock, connectionId, assess, codes, reportsOf, transitionsOf, accept, gatedHost } = {} as AssessmentScene;

beforeEach(async () => {
  ({ ctx, clock, connectionId, assess, codes, reportsOf, transitionsOf, accept, gatedHost } = await makeAssessmentScene());
});

describe("reports", () => {
  test("a newer decision takes the place of one that waits", async () => {
    const host = await gatedHost("fail");
    await assess(host.hostId);
    clock.advance(1000);
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: host.policyId, outcome: "pass" });
    await assess(host.hostId);
    expect(await reportsOf(host.hostId)).toMatchObject([
      { state: "superseded", compliant: false, endedAt: ctx.now() },
      { state: "queued", compliant: true },
    ]);
  });

  test("a state that Microsoft accepted isn't told again, unless it is a day old, asked for, or by Send now", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    await assess(host.hostId, "connection_changed");
    await assess(host.hostId, "freshness");
    expect(await reportsOf(host.hostId)).toHaveLength(1);
    clock.advance(24 * hour + 1);
    await assess(host.hostId, "freshness");
    expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ kind: "freshness", priority: 0 });
    await accept(host.hostId);
    clock.advance(1);
    await assess(host.hostId, "send_now");
    expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ kind: "manual", priority: 120 });
    await accept(host.hostId);
    await ctx.db.entraConnection.update({ where: { id: connectionId }, data: { resyncRequestedAt: new Date(clock.now().getTime() + 1) } });
    clock.advance(2);
    await assess(host.hostId, "resync");
    expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ kind: "resync" });
    await ctx.db.entraConnection.update({ where: { id: connectionId }, data: { resyncRequestedAt: null } });
  });

  test("a new name alone is told at most once a day", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    await ctx.db.host.update({ where: { id: host.hostId }, data: { computerName: "renamed" } });
    clock.advance(23 * hour);
    await assess(host.hostId);
    expect(await reportsOf(host.hostId)).toHaveLength(1);
    clock.advance(hour);
    await assess(host.hostId);
    expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ deviceName: "renamed", state: "queued" });
  });

  test("letting in goes before blocking", async () => {
    const [held, free] = [await gatedHost("fail"), await gatedHost("pass")];
    await assess(held.hostId);
    await assess(free.hostId);
    const [blocking] = await reportsOf(held.hostId);
    const [freeing] = await reportsOf(free.hostId);
    expect(freeing?.priority).toBeGreaterThan(blocking?.priority ?? 0);
  });

  test("of a host that is being refetched go first", async () => {
    const host = await gatedHost("fail");
    await assess(host.hostId);
    await ctx.db.host.update({ where: { id: host.hostId }, data: { refetchRequestedAt: ctx.now() } });
    await assess(host.hostId);
    expect(await reportsOf(host.hostId)).toMatchObject([{ state: "queued", priority: 110 }]);
  });

  test("nothing is told through a connection that was never set up or is being taken down", async () => {
    const { connectionId: other } = await makeConnection(ctx, { state: "disconnecting" });
    const host = await gatedHost("pass");
    await ctx.db.team.update({ where: { id: host.teamId }, data: { connectionId: other } });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "in" });
    expect(await reportsOf(host.hostId)).toEqual([]);
  });
});

describe("identities", () => {
  test("a changed device id retracts the old one once and reports the new one", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    await ctx.db.hostEntraIdentity.update({ where: { hostId: host.hostId }, data: { deviceId: `${host.deviceId}-new` } });
    clock.advance(1000);
    await assess(host.hostId, "identity_changed");
    await assess(host.hostId, "identity_changed");
    expect((await reportsOf(host.hostId)).slice(1)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ kind: "retract", deviceId: host.deviceId, managed: false, compliant: false, state: "queued" }),
        expect.objectContaining({ deviceId: `${host.deviceId}-new`, compliant: true, state: "queued" }),
      ]),
    );
    expect(await reportsOf(host.hostId)).toHaveLength(3);
  });

  test("a newcomer that claims a confirmed host's device is in conflict and isn't reported; the first goes on", async () => {
    const first = await gatedHost("pass");
    await assess(first.hostId);
    await accept(first.hostId);
    const second = await gatedHost("fail", { deviceId: first.deviceId });
    const verdict = await assess(second.hostId, "identity_changed");
    expect(verdict).toMatchObject({ accessState: "unsure" });
    expect(codes(verdict)[0]).toBe("conflict");
    expect(await reportsOf(second.hostId)).toEqual([]);
    expect(await assess(first.hostId, "identity_changed")).toMatchObject({ accessState: "in" });
    const open = () => ctx.db.attentionItem.findMany({ where: { hostId: second.hostId, code: "identity_conflict", endedAt: null } });
    expect(await open()).toHaveLength(1);

    // It ends when one of them reports another id.
    await ctx.db.hostEntraIdentity.update({ where: { hostId: first.hostId }, data: { deviceId: `${first.deviceId}-x` } });
    await assess(first.hostId, "identity_changed");
    expect(await ctx.db.hostEntraIdentity.findUniqueOrThrow({ where: { hostId: second.hostId } })).toMatchObject({ conflictSince: null });
    expect(await open()).toEqual([]);
    expect((await reportsOf(first.hostId)).filter(({ kind }) => kind === "retract")).toEqual([]);
    expect(await assess(second.hostId, "identity_changed")).toMatchObject({ accessState: "held" });
  });

  test("the same computer enrolled anew takes its device over at once, and nobody is told of a conflict", async () => {
    const first = await gatedHost("pass", { hardwareSerial: "C02SAME" });
    await assess(first.hostId);
    await accept(first.hostId);
    clock.advance(1000);
    const again = await gatedHost("pass", { hardwareSerial: "C02SAME", deviceId: first.deviceId });
    expect(await assess(again.hostId, "identity_changed")).toMatchObject({ accessState: "in" });
    expect(codes(await assess(first.hostId, "identity_changed"))).toContain("conflict");
    expect(await ctx.db.attentionItem.count({ where: { hostId: { in: [first.hostId, again.hostId] } } })).toBe(0);
  });

  test("a confirmed host that is silent for 7 days loses its device to the newcomer", async () => {
    const first = await gatedHost("pass");
    await assess(first.hostId);
    await accept(first.hostId);
    const second = await gatedHost("pass", { deviceId: first.deviceId });
    await assess(second.hostId, "identity_changed");
    clock.advance(7 * 24 * hour);
    await ctx.db.hostSeen.update({ where: { hostId: second.hostId }, data: { seenAt: clock.now() } });
    expect(await assess(second.hostId, "identity_changed")).toMatchObject({ accessState: "in" });
  });

  test("an admin can decide whose the device is; an observer can't", async () => {
    const first = await gatedHost("pass");
    await assess(first.hostId);
    await accept(first.hostId);
    const second = await gatedHost("pass", { deviceId: first.deviceId });
    await assess(second.hostId, "identity_changed");
    await expect(resolveIdentityConflict(await testUserContext("observer", clock), second.hostId)).rejects.toMatchObject({ code: "permission_denied" });
    await expect(resolveIdentityConflict(await testUserContext("admin", clock), first.hostId)).rejects.toMatchObject({ code: "no_identity_conflict" });
    await resolveIdentityConflict(await testUserContext("admin", clock), second.hostId);
    expect(await ctx.db.hostCompliance.findUniqueOrThrow({ where: { hostId: second.hostId } })).toMatchObject({ accessState: "in" });
    expect(await ctx.db.hostEntraIdentity.findUniqueOrThrow({ where: { hostId: first.hostId } })).toMatchObject({ conflictHostId: second.hostId });
    expect(await ctx.db.activity.count({ where: { hostId: second.hostId, type: "resolved_identity_conflict" } })).toBe(1);
  });
});

describe("a deleted host", () => {
  const remove = async (host: { hostId: number; name: string }) => {
    await ctx.db.host.delete({ where: { id: host.hostId } });
    clock.advance(1000);
    const payload = { hosts: [{ hostId: host.hostId, hostName: host.name }] };
    await retractDeletedHosts.run(ctx, payload);
    await retractDeletedHosts.run(ctx, payload);
  };

  test("is retracted once if Entra was told about it, whatever the team's switch, and its history stays", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    await ctx.db.team.update({ where: { id: host.teamId }, data: { conditionalAccessEnabled: false } });
    await remove(host);
    expect(await reportsOf(host.hostId)).toMatchObject([{ state: "confirmed" }, { kind: "retract", state: "queued", managed: false, compliant: false }]);
    expect((await transitionsOf(host.hostId)).map(({ toState }) => toState)).toEqual(["in", "none"]);
  });

  test("of which Entra never heard isn't told of", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await remove(host);
    expect(await reportsOf(host.hostId)).toMatchObject([{ state: "superseded" }]);
  });

  test("whose device another host holds leaves it to that host", async () => {
    const first = await gatedHost("pass");
    await assess(first.hostId);
    await accept(first.hostId);
    const second = await gatedHost("pass", { deviceId: first.deviceId });
    await assess(second.hostId, "identity_changed");
    await remove(first);
    expect((await reportsOf(first.hostId)).filter(({ kind }) => kind === "retract")).toEqual([]);
    expect(await assess(second.hostId, "identity_changed")).toMatchObject({ accessState: "in" });
  });
});
