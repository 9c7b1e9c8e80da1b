import type { Context } from "@/lib/context";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerAll, enrolledAgent, macDetails, makeEnrollSecret, type TestAgent } from "@/lib/testing/agent-scenario";
import { generalWayIn, routeWayIn, socketWayIn, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";
import { flushHostMarks } from "./host-marks";

const clock = testClock();
let ctx: Context;
const waysIn: Record<string, AgentWayIn> = { route: routeWayIn(clock) };

beforeAll(async () => {
  ctx = testServerContext(clock);
  waysIn.socket = await socketWayIn(clock);
  waysIn["node:http"] = await generalWayIn(clock);
  await startAgentCaches();
});
afterAll(async () => {
  await stopAgentCaches();
  await waysIn.socket?.close();
  await waysIn["node:http"]?.close();
});

/** Answers all that is asked until nothing more is. */
async function settle(agent: TestAgent, answers: Record<string, object[] | "error"> = {}): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    const { queries } = await agent.read();
    if (Object.keys(queries).length === 0) return;
    const details = {
      fleet_detail_query_os_version: [macDetails("", "").os_version],
      fleet_detail_query_system_info: [macDetails("SER1", agent.identifier).system_info],
    };
    const wanted = Object.fromEntries(Object.entries({ ...details, ...answers }).filter(([name]) => name in queries));
    expect((await agent.write(answerAll(queries, wanted))).text).toBe("{}");
  }
}

describe.each(["socket", "node:http", "route"])("check-ins by %s", (name) => {
  const wayIn = () => waysIn[name] as AgentWayIn;

  test("a new host is asked everything once, and then nothing", async () => {
    const agent = await enrolledAgent(ctx, wayIn());
    const first = await agent.read();
    expect(Object.keys(first.queries)).toEqual(
      expect.arrayContaining(["fleet_detail_query_system_info", "fleet_detail_query_mdm", "fleet_no_policies_wildcard"]),
    );
    expect(Object.keys(first.queries).some((query) => query.startsWith("fleet_label_query_"))).toBe(true);
    expect(Object.keys(first.discovery)).toEqual(Object.keys(first.queries));
    await settle(agent);
    expect((await agent.read()).text).toBe('{"queries":{},"discovery":{}}');
    const memberships = await ctx.db.labelMembership.findMany({ where: { hostId: agent.hostId } });
    const labels = await ctx.db.label.findMany({ where: { id: { in: memberships.map(({ labelId }) => labelId) } } });
    expect(labels.map(({ name }) => name).toSorted()).toEqual(["All Hosts", "All Linux", "macOS", "macOS 14+ (Sonoma+)"]);
  });

  test("what is due comes back after an hour and the host's own minutes", async () => {
    const agent = await enrolledAgent(ctx, wayIn());
    await settle(agent);
    clock.advance(59 * 60_000);
    expect((await agent.read()).queries).toEqual({});
    clock.advance(8 * 60_000);
    expect(Object.keys((await agent.read()).queries)).toContain("fleet_detail_query_os_version");
  });

  test("an edited policy is asked at once and an answer to the old question doesn't count", async () => {
    const { teamId } = await makeTeam(ctx);
    const { policyId } = await makePolicy(ctx, { teamId });
    const agent = await enrolledAgent(ctx, wayIn(), { secret: await makeEnrollSecret(ctx, teamId) });
    await settle(agent);
    const asked = await agent.read();
    expect(asked.queries).toEqual({});
    await ctx.db.policy.update({ where: { id: policyId }, data: { version: 2, versionSince: ctx.now(), query: "SELECT 2;" } });
    await expect.poll(async () => (await agent.read()).queries).toEqual({ [`fleet_policy_query_${policyId}`]: "SELECT 2;" });
    // The admin edits once more while the host is still working on version 2.
    await ctx.db.policy.update({ where: { id: policyId }, data: { version: 3, versionSince: ctx.now(), query: "SELECT 3;" } });
    await new Promise((resolve) => setImmediate(resolve));
    await agent.write({ [`fleet_policy_query_${policyId}`]: [{ 2: "2" }] });
    expect(await ctx.db.policyResult.findFirst({ where: { hostId: agent.hostId, policyId } })).toMatchObject({ policyVersion: 1, outcome: "pass" });
    await expect.poll(async () => (await agent.read()).queries).toEqual({ [`fleet_policy_query_${policyId}`]: "SELECT 3;" });
    await agent.write({ [`fleet_policy_query_${policyId}`]: [] });
    expect(await ctx.db.policyResult.findFirst({ where: { hostId: agent.hostId, policyId } })).toMatchObject({ policyVersion: 3, outcome: "fail" });
  });

  test("a blocked host is asked at every check-in about what blocks it, and is let in by its answer", async () => {
    const { teamId } = await makeTeam(ctx, { requireMdm: "not_required" });
    const { policyId } = await makePolicy(ctx, { teamId });
    const agent = await enrolledAgent(ctx, wayIn(), { secret: await makeEnrollSecret(ctx, teamId) });
    const identity = {
      fleet_detail_query_conditional_access_microsoft_device_id: [{ device_id: crypto.randomUUID(), user_principal_name: "dana@example.test" }],
    };
    const name = `fleet_policy_query_${policyId}`;
    const { queries } = await agent.read();
    await agent.write(answerAll(queries, { ...identity, fleet_detail_query_os_version: [macDetails("", "").os_version], [name]: [] }));
    expect(await ctx.db.hostCompliance.findUnique({ where: { hostId: agent.hostId } })).toMatchObject({ accessState: "held", blockingPolicies: [policyId] });
    for (let round = 0; round < 3; round += 1) {
      const again = await agent.read();
      expect(Object.keys(again.queries)).toEqual([name]);
      expect(again.json.accelerate).toBe(10);
      await agent.write({ [name]: [] });
    }
    await agent.write({ [name]: [{ 1: "1" }] });
    expect(await ctx.db.hostCompliance.findUnique({ where: { hostId: agent.hostId } })).toMatchObject({ accessState: "in", blockingPolicies: [] });
    expect((await agent.read()).text).toBe('{"queries":{},"discovery":{}}');
  });

  test("answers that repeat move times and nothing else", async () => {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
    const { policyId } = await makePolicy(ctx, { teamId });
    const agent = await enrolledAgent(ctx, wayIn(), { secret: await makeEnrollSecret(ctx, teamId) });
    await settle(agent);
    await agent.read(); // in memory from here on
    const before = await ctx.db.policyResult.findFirstOrThrow({ where: { hostId: agent.hostId, policyId } });
    clock.advance(70 * 60_000);
    await settle(agent);
    await flushHostMarks();
    expect(await ctx.db.policyResult.findFirst({ where: { hostId: agent.hostId, policyId } })).toEqual(before);
    expect(await ctx.db.host.findUnique({ where: { id: agent.hostId } })).toMatchObject({
      policyUpdatedAt: ctx.now(),
      labelUpdatedAt: ctx.now(),
      detailUpdatedAt: ctx.now(),
    });
    expect((await ctx.db.hostSeen.findUnique({ where: { hostId: agent.hostId } }))?.seenAt).toEqual(ctx.now());
  });

  test("a refetch asks everything, and only the answers to it end it", async () => {
    const agent = await enrolledAgent(ctx, wayIn());
    await settle(agent);
    await ctx.db.host.update({ where: { id: agent.hostId }, data: { refetchRequestedAt: ctx.now() } });
    await expect.poll(async () => Object.keys((await agent.read()).queries)).toContain("fleet_detail_query_os_version");
    await agent.write({ fleet_distributed_query_7: [{ a: "b" }] });
    expect((await ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId } })).refetchRequestedAt).not.toBeNull();
    // Pressed again while the host works on the first: its answers don't answer the second.
    const { queries } = await agent.read();
    clock.advance(1000);
    await ctx.db.host.update({ where: { id: agent.hostId }, data: { refetchRequestedAt: ctx.now() } });
    await agent.write(answerAll(queries));
    expect((await ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId } })).refetchRequestedAt).not.toBeNull();
    await settle(agent);
    expect((await ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId } })).refetchRequestedAt).toBeNull();
  });

  test("a refetch that is pressed after a blocked host was asked isn't ended by what blocks it", async () => {
    const { teamId } = await makeTeam(ctx);
    const { policyId } = await makePolicy(ctx, { teamId });
    const agent = await enrolledAgent(ctx, wayIn(), { secret: await makeEnrollSecret(ctx, teamId) });
    const identity = {
      fleet_detail_query_conditional_access_microsoft_device_id: [{ device_id: crypto.randomUUID(), user_principal_name: "dana@example.test" }],
    };
    const off = { fleet_detail_query_mdm: [{ enrolled: "false" }], [`fleet_policy_query_${policyId}`]: [] };
    const first = await agent.read();
    await agent.write(answerAll(first.queries, { ...identity, ...off, fleet_detail_query_os_version: [macDetails("", "").os_version] }));
    await expect.poll(async () => Object.keys((await agent.read()).queries).toSorted()).toEqual(Object.keys(off));
    await ctx.db.host.update({ where: { id: agent.hostId }, data: { refetchRequestedAt: ctx.now() } });
    await agent.write(off);
    expect((await ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId } })).refetchRequestedAt).not.toBeNull();
  });

  test("an answer left out makes a pass unknown and leaves a failure what it is", async () => {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
    const [passes, fails, answers] = [await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId })];
    const agent = await enrolledAgent(ctx, wayIn(), { secret: await makeEnrollSecret(ctx, teamId) });
    await settle(agent, { [`fleet_policy_query_${fails.policyId}`]: [] });
    clock.advance(70 * 60_000);
    await agent.read();
    await agent.write({ [`fleet_policy_query_${answers.policyId}`]: [{ "1": "1" }] });
    const rows = await ctx.db.policyResult.findMany({ where: { hostId: agent.hostId }, orderBy: { policyId: "asc" } });
    expect(rows.map(({ policyId, outcome, outcomeSince }) => [policyId, outcome, outcomeSince.getTime() === ctx.now().getTime()])).toEqual([
      [passes.policyId, "unknown", true],
      [fails.policyId, "fail", false],
      [answers.policyId, "pass", false],
    ]);
  });
});
