import { beforeEach, describe, expect, test } from "vitest";
import { inSqlTransaction, inTransaction } from "@/lib/db/transaction";
import { makeAssessmentScene, type AssessmentScene } from "@/lib/testing/assessment-scene";
import { enrolledHost, makePolicy, makeTeam, setPolicyResult } from "@/lib/testing/scenarios";
import { applyTeamSwitch } from "./apply-team-switch.job";
import { assessHosts } from "./assess-hosts";
import { endHealedFaults } from "./policies-at-fault";
import { reassessHosts } from "./reassess-hosts.job";

const hour = 3_600_000;
let { ctx, clock, connectionId, assess, codes, reportsOf, transitionsOf, accept, gatedHost } = {} as AssessmentScene;

beforeEach(async () => {
  ({ ctx, clock, connectionId, assess, codes, reportsOf, transitionsOf, accept, gatedHost } = await makeAssessmentScene());
});

describe("a verdict", () => {
  test("is stored with its reasons, its transition, its report, the wake-up and the activity, in one transaction", async () => {
    const host = await gatedHost("fail");
    await expect(
      inSqlTransaction(ctx, async (tx) => {
        await assessHosts(tx, [host.hostId], "policy_results", ctx.now());
        throw new Error("the caller fails");
      }),
    ).rejects.toThrow("the caller fails");
    expect(await ctx.db.hostCompliance.count({ where: { hostId: host.hostId } })).toBe(0);
    expect(await reportsOf(host.hostId)).toEqual([]);

    const verdict = await assess(host.hostId);
    expect(verdict).toMatchObject({ accessState: "held", decision: "not_compliant", managed: true, policyStanding: "fail", blockingPolicies: [host.policyId] });
    expect(codes(verdict)).toEqual(["policy_failed"]);
    const [transition] = await transitionsOf(host.hostId);
    expect(transition).toMatchObject({ fromState: "none", toState: "held", cause: "policy_results", causedAt: ctx.now() });
    expect(await reportsOf(host.hostId)).toMatchObject([
      {
        state: "queued",
        kind: "verdict",
        managed: true,
        compliant: false,
        connectionId,
        deviceId: host.deviceId,
        provider: "intune_partner",
        transitionId: transition?.id,
        causedAt: ctx.now(),
      },
    ]);
    expect(await ctx.db.activity.findMany({ where: { hostId: host.hostId, type: "host_compliance_changed" } })).toMatchObject([
      { details: { from: "none", to: "held", trigger: "policy_results", reasons: [{ code: "policy_failed" }] } },
    ]);
    const jobs = await ctx.db.$queryRaw<{ key: string }[]>`select key from graphile_worker.jobs where task_identifier = 'compliance.send_report'`;
    expect(jobs.some(({ key }) => key.startsWith(`send:${connectionId}:`))).toBe(true);
  });

  test("that stands writes nothing", async () => {
    const host = await gatedHost("pass");
    const first = await assess(host.hostId);
    clock.advance(hour);
    expect(await assess(host.hostId)).toEqual(first);
    expect(await transitionsOf(host.hostId)).toHaveLength(1);
    expect(await reportsOf(host.hostId)).toHaveLength(1);
  });

  test("is reached the same way inside Prisma's transaction", async () => {
    const host = await gatedHost("fail");
    await inTransaction(ctx, (tx) => assessHosts(tx, [host.hostId], "mdm_changed", ctx.now()));
    expect(await ctx.db.hostCompliance.findUniqueOrThrow({ where: { hostId: host.hostId } })).toMatchObject({ accessState: "held" });
    expect(await reportsOf(host.hostId)).toHaveLength(1);
  });

  test("doesn't count a policy that doesn't gate", async () => {
    const host = await gatedHost("pass");
    const other = await makePolicy(ctx, { teamId: host.teamId, gated: false });
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: other.policyId, outcome: "fail" });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "in" });
  });

  test("is compliant without gated policies, also for a host with no policies at all", async () => {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
    const host = await enrolledHost(ctx, { teamId });
    const verdict = await assess(host.hostId);
    expect(verdict).toMatchObject({ accessState: "in", decision: "compliant" });
    expect(codes(verdict)).toEqual(["no_policies"]);
  });

  test("is neither managed nor compliant at once when MDM goes off", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    await ctx.db.host.update({ where: { id: host.hostId }, data: { mdmState: "off", mdmChangedAt: ctx.now() } });
    expect(await assess(host.hostId, "mdm_changed")).toMatchObject({ accessState: "loose", managed: false, decision: "not_compliant" });
    expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ managed: false, compliant: false, state: "queued" });
  });

  test("asks for our own MDM server where the team does", async () => {
    await ctx.db.organisation.update({ where: { id: 1 }, data: { publicUrl: "https://fleet.example.test" } });
    const { teamId } = await makeTeam(ctx, { conditionalAccess: true, requireMdm: "ours" });
    const host = await enrolledHost(ctx, { teamId, gatedPolicy: "pass" });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "loose", managed: false });
    await ctx.db.host.update({ where: { id: host.hostId }, data: { mdmServerUrl: "https://fleet.example.test/mdm/apple" } });
    expect(await assess(host.hostId, "mdm_changed")).toMatchObject({ accessState: "in", managed: true });
  });

  test("counts a gated policy for all teams, and only on its platform and labels", async () => {
    const host = await gatedHost("pass");
    const all = await makePolicy(ctx, { teamId: null, platform: "windows" });
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: all.policyId, outcome: "fail" });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "in" });
    await ctx.db.policy.update({ where: { id: all.policyId }, data: { platform: "windows,darwin" } });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "held" });
    const label = await ctx.db.label.create({ data: { name: `Label ${host.hostId}` } });
    const scopes: [string, boolean, string][] = [
      ["include_any", false, "in"],
      ["include_any", true, "held"],
      ["include_all", false, "in"],
      ["include_all", true, "held"],
      ["exclude_any", true, "in"],
      ["exclude_any", false, "held"],
      ["exclude_all", true, "in"],
      ["exclude_all", false, "held"],
    ];
    for (const [scope, member, accessState] of scopes) {
      await ctx.db.policyLabel.deleteMany({ where: { policyId: all.policyId } });
      await ctx.db.labelMembership.deleteMany({ where: { labelId: label.id } });
      await ctx.db.policyLabel.create({ data: { policyId: all.policyId, labelId: label.id, scope } });
      if (member) await ctx.db.labelMembership.create({ data: { hostId: host.hostId, labelId: label.id } });
      expect({ scope, member, ...(await assess(host.hostId, "label_changed")) }).toMatchObject({ scope, member, accessState });
    }
    await ctx.db.policy.delete({ where: { id: all.policyId } });
  });
});

describe("grace", () => {
  test("keeps the last verdict from the first unusable answer on, and then blocks this host", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: host.policyId, outcome: "unknown", since: ctx.now() });
    const waiting = await assess(host.hostId);
    expect(waiting).toMatchObject({ accessState: "in", assessAgainAt: new Date(clock.now().getTime() + 2 * hour) });
    expect(codes(waiting)).toEqual(["waiting_for_answer"]);
    clock.advance(2 * hour - 1);
    expect(await assess(host.hostId, "grace_ended")).toMatchObject({ accessState: "in" });
    clock.advance(1);
    const after = await assess(host.hostId, "grace_ended");
    expect(after).toMatchObject({ accessState: "held", blockingPolicies: [host.policyId] });
    expect(codes(after)).toEqual(["policy_unknown"]);
  });

  test("of a new question begins with the first check-in after it, and the answer ends it", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    clock.advance(24 * hour);
    const added = await makePolicy(ctx, { teamId: host.teamId });
    clock.advance(48 * hour);
    expect(await assess(host.hostId, "gated_policies_changed")).toMatchObject({ accessState: "in", decision: "compliant" });
    await ctx.db.hostSeen.update({ where: { hostId: host.hostId }, data: { seenAt: clock.now() } });
    expect(await assess(host.hostId, "gated_policies_changed")).toMatchObject({ accessState: "in", assessAgainAt: new Date(clock.now().getTime() + 2 * hour) });
    clock.advance(2 * hour);
    expect(await assess(host.hostId, "grace_ended")).toMatchObject({ accessState: "held" });
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: added.policyId, outcome: "pass" });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "in" });
  });

  test("holds for an edited question: an answer to the old one counts neither way", async () => {
    const host = await gatedHost("fail");
    await assess(host.hostId);
    await ctx.db.policy.update({ where: { id: host.policyId }, data: { version: 2, versionSince: ctx.now() } });
    expect(await assess(host.hostId, "policy_edited")).toMatchObject({ accessState: "held" });
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: host.policyId, outcome: "pass" });
    expect(await assess(host.hostId)).toMatchObject({ accessState: "in" });
  });

  test("of a host that never answered: nothing is decided and nothing reported", async () => {
    const host = await gatedHost("unknown");
    expect(await assess(host.hostId)).toMatchObject({ accessState: "unsure", decision: "undecided", blockingPolicies: [host.policyId] });
    expect(await reportsOf(host.hostId)).toEqual([]);
    clock.advance(2 * hour);
    expect(await assess(host.hostId, "grace_ended")).toMatchObject({ accessState: "held" });
    expect(await reportsOf(host.hostId)).toHaveLength(1);
  });
});

describe("a query at fault", () => {
  test("blocks nobody, tells an admin once, and ends when it is answered again", async () => {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
    const policy = await makePolicy(ctx, { teamId });
    const hosts = [];
    for (let index = 0; index < 24; index += 1) {
      const host = await enrolledHost(ctx, { teamId });
      await setPolicyResult(ctx, { hostId: host.hostId, policyId: policy.policyId, outcome: "pass" });
      hosts.push(host.hostId);
    }
    for (const hostId of hosts) await assess(hostId);
    const broken = hosts.slice(0, 4);
    for (const hostId of broken) await setPolicyResult(ctx, { hostId, policyId: policy.policyId, outcome: "unknown", since: ctx.now() });
    clock.advance(2 * hour);
    expect(await assess(hosts[0] ?? 0, "grace_ended")).toMatchObject({ accessState: "held" });
    // One more makes five of twenty-four: more than 20 %.
    await setPolicyResult(ctx, { hostId: hosts[4] ?? 0, policyId: policy.policyId, outcome: "unknown", since: ctx.now() });
    const freed = await assess(hosts[0] ?? 0, "grace_ended");
    expect(freed).toMatchObject({ accessState: "in" });
    expect(codes(freed)).toEqual(["policy_at_fault", "all_pass"]);
    await assess(hosts[1] ?? 0, "grace_ended");
    const items = () => ctx.db.attentionItem.findMany({ where: { policyId: policy.policyId, code: "policy_query_at_fault" } });
    expect(await items()).toMatchObject([{ subject: `policy:${policy.policyId}`, endedAt: null, details: { unknown: 5, answers: 24 } }]);
    expect(
      await ctx.db
        .$queryRaw`select 1 from graphile_worker._private_jobs where payload::jsonb @> ${JSON.stringify({ scope: { policyId: policy.policyId } })}::jsonb`,
    ).toHaveLength(1);

    await setPolicyResult(ctx, { hostId: hosts[4] ?? 0, policyId: policy.policyId, outcome: "pass" });
    await inSqlTransaction(ctx, endHealedFaults);
    expect(await items()).toMatchObject([{ endedAt: ctx.now() }]);
    expect(await assess(hosts[1] ?? 0)).toMatchObject({ accessState: "held" });
  });
});

describe("time and people", () => {
  test("a host that is silent too long is blocked, and let in again when it is heard of", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    clock.advance(7 * 24 * hour);
    const stale = await assess(host.hostId, "staleness");
    expect(stale).toMatchObject({ accessState: "held", managed: true });
    expect(codes(stale)).toEqual(["stale"]);
    expect(await assess(host.hostId, "policy_results")).toMatchObject({ accessState: "in" });
  });

  test("an exception lets a host in until it ends", async () => {
    const host = await gatedHost("fail");
    await assess(host.hostId);
    await ctx.db.complianceException.create({
      data: { hostId: host.hostId, reason: "Board meeting", createdAt: ctx.now(), expiresAt: new Date(clock.now().getTime() + hour) },
    });
    const verdict = await assess(host.hostId, "exception_changed");
    expect(verdict).toMatchObject({ accessState: "in", assessAgainAt: new Date(clock.now().getTime() + hour) });
    expect(codes(verdict)[0]).toBe("exception");
    clock.advance(hour);
    expect(await assess(host.hostId, "exception_changed")).toMatchObject({ accessState: "held" });
  });

  test("a host without an Entra identity is unsure and isn't reported", async () => {
    const host = await gatedHost("pass", { deviceId: null });
    const verdict = await assess(host.hostId);
    expect(verdict).toMatchObject({ accessState: "unsure" });
    expect(codes(verdict)).toContain("not_registered");
    expect(await reportsOf(host.hostId)).toEqual([]);
  });
});

describe("teams", () => {
  test("an audit-only team writes what would be told and tells nothing", async () => {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: true, auditOnly: true });
    const host = await enrolledHost(ctx, { teamId, gatedPolicy: "fail" });
    await assess(host.hostId);
    await assess(host.hostId, "send_now");
    expect(await reportsOf(host.hostId)).toMatchObject([
      { provider: "audit_only", state: "confirmed", microsoftStatus: "audit_only", acceptedAt: null, endedAt: ctx.now() },
    ]);
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: host.policyId, outcome: "pass" });
    clock.advance(1000);
    await assess(host.hostId);
    expect(await reportsOf(host.hostId)).toMatchObject([{ compliant: false }, { compliant: true, provider: "audit_only" }]);
  });

  test.each([
    ["leave", []],
    ["release", [{ kind: "release", managed: true, compliant: true, state: "queued" }]],
    ["lock", [{ kind: "lock", managed: true, compliant: false, state: "queued" }]],
  ] as const)("a team switched off with `%s` does what was chosen and then stops", async (onDisable, expected) => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    if (onDisable === "release") {
      await setPolicyResult(ctx, { hostId: host.hostId, policyId: host.policyId, outcome: "fail" });
      await assess(host.hostId);
      await accept(host.hostId);
    }
    const before = (await reportsOf(host.hostId)).length;
    await ctx.db.team.update({ where: { id: host.teamId }, data: { conditionalAccessEnabled: false } });
    clock.advance(1000);
    await applyTeamSwitch.run(ctx, { teamId: host.teamId, onDisable });
    await reassessHosts.run(ctx, { scope: { teamId: host.teamId }, cause: "team_switched", causedAt: ctx.now().toISOString(), afterHostId: 0 });
    await applyTeamSwitch.run(ctx, { teamId: host.teamId, onDisable });
    expect((await reportsOf(host.hostId)).slice(before)).toMatchObject(expected);
    expect(await ctx.db.hostCompliance.findUniqueOrThrow({ where: { hostId: host.hostId } })).toMatchObject({ accessState: "unsure", decision: "undecided" });
  });

  test("a team switched off takes out what still waits", async () => {
    const host = await gatedHost("fail");
    await assess(host.hostId);
    await ctx.db.team.update({ where: { id: host.teamId }, data: { conditionalAccessEnabled: false } });
    await applyTeamSwitch.run(ctx, { teamId: host.teamId, onDisable: "leave" });
    expect(await reportsOf(host.hostId)).toMatchObject([{ state: "superseded" }]);
  });

  test("a host that moves teams is judged by the new team's policies at once, from stored results", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
    const strict = await makePolicy(ctx, { teamId });
    await setPolicyResult(ctx, { hostId: host.hostId, policyId: strict.policyId, outcome: "fail" });
    await ctx.db.host.update({ where: { id: host.hostId }, data: { teamId } });
    expect(await assess(host.hostId, "host_transferred")).toMatchObject({ accessState: "held", blockingPolicies: [strict.policyId] });
  });

  test("a host that moves to a team that is off gets that team's choice", async () => {
    const host = await gatedHost("pass");
    await assess(host.hostId);
    await accept(host.hostId);
    const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
    await ctx.db.team.update({ where: { id: teamId }, data: { onDisable: "lock" } });
    await ctx.db.host.update({ where: { id: host.hostId }, data: { teamId } });
    clock.advance(1000);
    await assess(host.hostId, "host_transferred");
    expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ kind: "lock", compliant: false, state: "queued" });
  });

  test("an edit that moves many hosts is worked off in slices", async () => {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
    const first = await enrolledHost(ctx, { teamId });
    await reassessHosts.run(ctx, { scope: { hostIds: [first.hostId, 999_999] }, cause: "team_switched", causedAt: ctx.now().toISOString(), afterHostId: 0 });
    expect(await ctx.db.hostCompliance.findUniqueOrThrow({ where: { hostId: first.hostId } })).toMatchObject({ accessState: "in" });
  });
});
