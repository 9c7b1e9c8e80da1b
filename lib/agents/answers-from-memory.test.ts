import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Context } from "@/lib/context";
import { getPool } from "@/lib/db/pool";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { hashToken } from "@/lib/secret-box";
import { answerAll, enrolledAgent, macDetails, makeEnrollSecret } from "@/lib/testing/agent-scenario";
import { socketWayIn, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { enrolledHost, makePolicy, makeTeam, setPolicyResult } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { agentCaches, startAgentCaches, stopAgentCaches } from "./agent-caches";
import { forgetAsked, rememberAsked } from "./asked-hosts";
import { BoundedMap } from "./bounded-map";
import { flushHostMarks, markSeen } from "./host-marks";
import { PolicySheet } from "./policy-sheet";

const clock = testClock();
let ctx: Context;
let wayIn: AgentWayIn;

beforeAll(async () => {
  ctx = testServerContext(clock);
  wayIn = await socketWayIn(clock);
  await startAgentCaches();
});
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  await stopAgentCaches();
  await wayIn.close();
});

/** The names of the statements that ran while `work` did. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const query = vi.spyOn(getPool(), "query");
  try {
    await work();
    return query.mock.calls.map(([given]) => (given as unknown as { name?: string }).name ?? String(given));
  } finally {
    query.mockRestore();
  }
}

/** A host whose osqueryd has just asked for work, and so stands in memory. */
async function hostInMemory() {
  const host = await enrolledHost(ctx);
  const read = () => wayIn.send("POST", "/api/osquery/distributed/read", { node_key: host.nodeKey });
  expect((await read()).status).toBe(200);
  return { ...host, read };
}

test("the tray is answered from memory until something that it shows has changed", async () => {
  const { policyId } = await makePolicy(ctx, { teamId: (await makeTeam(ctx)).teamId });
  const host = await hostInMemory();
  const desktop = async () => (await wayIn.send("GET", `/api/v1/fleet/device/${host.deviceToken}/desktop`)).json;
  expect(await desktop()).toMatchObject({ failing_policies_count: 0 });
  const fromMemory = async () => {
    await host.read();
    return statementsOf(desktop);
  };
  await expect.poll(fromMemory).toEqual([]);
  await setPolicyResult(ctx, { hostId: host.hostId, policyId, outcome: "fail" });
  await expect.poll(desktop).toMatchObject({ failing_policies_count: 1 });
  await expect.poll(fromMemory).toEqual([]);
  expect(await desktop()).toMatchObject({ failing_policies_count: 1 });
  await ctx.db.policy.update({ where: { id: policyId }, data: { version: { increment: 1 } } });
  await expect.poll(desktop).toMatchObject({ failing_policies_count: 0 });
  await ctx.db.policy.update({ where: { id: policyId }, data: { version: 1 } });
  await expect.poll(desktop).toMatchObject({ failing_policies_count: 1 });
  await ctx.db.organisation.update({ where: { id: 1 }, data: { name: "Harbour Works" } });
  await expect.poll(desktop).toMatchObject({ config: { org_info: { org_name: "Harbour Works" } } });
  await ctx.db.policy.delete({ where: { id: policyId } });
  await expect.poll(desktop).toMatchObject({ failing_policies_count: 0 });
});

/** How often a request's body was taken apart while `work` ran. */
async function parsedDuring(work: () => Promise<unknown>): Promise<number> {
  const parse = vi.spyOn(JSON, "parse");
  try {
    await work();
    return parse.mock.calls.filter(([text]) => text.includes("node_key")).length;
  } finally {
    parse.mockRestore();
  }
}

test("what a host says again and again is taken apart once, and is good no longer than its key", async () => {
  const host = await hostInMemory();
  const config = (more = {}) => wayIn.send("POST", "/api/osquery/config", { node_key: host.nodeKey, ...more });
  const orbitConfig = () => wayIn.send("POST", "/api/fleet/orbit/config", { orbit_node_key: host.orbitNodeKey });
  await expect.poll(() => parsedDuring(host.read)).toBe(0);
  await expect.poll(() => parsedDuring(orbitConfig)).toBe(0);
  expect(await parsedDuring(config)).toBe(0);
  expect((await config()).json).toEqual((await config({ more: 1 })).json);
  expect(await parsedDuring(() => config({ more: 1 }))).toBe(1);
  // A header that names somebody else is still looked at.
  const { status } = await wayIn.send("POST", "/api/osquery/config", { node_key: host.nodeKey }, { authorization: "NodeKey somebody-else" });
  expect(status).toBe(401);
  // What is asked of hosts has changed and stands in no memory: the host is still known, and never told that it isn't.
  agentCaches().catalogueChanged();
  expect([(await host.read()).status, (await config()).status]).toEqual([200, 200]);
  agentCaches().catalogueChanged();
  expect((await config()).status).toBe(200);
  await ctx.db.host.update({ where: { id: host.hostId }, data: { nodeKeyHash: hashToken("a new key"), orbitNodeKeyHash: hashToken("a new orbit key") } });
  await expect.poll(async () => [(await host.read()).status, (await config()).status, (await orbitConfig()).status]).toEqual([401, 401, 401]);
});

test("a host that was read anew is answered as it is now, also by what it said before", async () => {
  const host = await hostInMemory();
  await expect.poll(() => parsedDuring(host.read)).toBe(0);
  await ctx.db.host.update({ where: { id: host.hostId }, data: { refetchRequestedAt: ctx.now() } });
  await expect.poll(async () => Object.keys((await host.read()).json.queries as object).join()).toMatch(/fleet_detail_query_/);
});

test("a token that another instance replaced is only read with, as everywhere, and not for longer", async () => {
  const host = await hostInMemory();
  const path = `/api/v1/fleet/device/${host.deviceToken}/desktop`;
  expect((await wayIn.send("GET", path)).status).toBe(200);
  await ctx.db.host.update({ where: { id: host.hostId }, data: { deviceTokenHash: crypto.randomUUID(), deviceTokenChangedAt: ctx.now() } });
  await expect.poll(async () => (await wayIn.send("GET", path)).status).toBe(401);
});

test("a token in memory ends with its hour", async () => {
  const host = await hostInMemory();
  await ctx.db.host.update({ where: { id: host.hostId }, data: { deviceTokenChangedAt: ctx.now(), deviceTokenHash: hashToken(host.deviceToken) } });
  agentCaches().hostChanged(host.hostId);
  await host.read();
  const status = async () => (await wayIn.send("GET", `/api/v1/fleet/device/${host.deviceToken}/desktop`)).status;
  expect(await status()).toBe(200);
  clock.advance(59 * 60_000);
  expect(await status()).toBe(200);
  clock.advance(2 * 60_000);
  expect(await status()).toBe(401);
});

test("one look-up serves all that runs on a host", async () => {
  const host = await hostInMemory();
  const orbit = () => wayIn.send("POST", "/api/fleet/orbit/config", { orbit_node_key: host.orbitNodeKey });
  await expect
    .poll(async () => {
      await host.read();
      return statementsOf(orbit);
    })
    .toEqual([]);
});

/** Keeps everybody from reading hosts until it is called again. */
async function holdHosts(): Promise<() => Promise<void>> {
  const client = await getPool().connect();
  await client.query("begin");
  await client.query("lock table hosts in access exclusive mode");
  return async () => {
    await client.query("commit");
    client.release();
  };
}

test("hosts that aren't in memory are looked up together, and what is asked is loaded once for all of them", async () => {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
  const secret = await makeEnrollSecret(ctx, teamId);
  const agents = await Promise.all(Array.from({ length: 40 }, () => enrolledAgent(ctx, wayIn, { secret })));
  await Promise.all(agents.map(async (agent) => agent.write(answerAll((await agent.read()).queries))));
  await flushHostMarks();
  // As when a process begins to hear of changes.
  agentCaches().disconnected();
  agentCaches().connected();
  const { catalogueLoads: loads, hostMisses: misses } = agentCounters;
  const statements = await statementsOf(async () => {
    const release = await holdHosts();
    const reads = Promise.all(agents.map((agent) => agent.read()));
    await expect.poll(() => agentCounters.hostMisses - misses).toBe(agents.length);
    await release();
    await reads;
  });
  // Two were under way when the others came.
  expect(statements.filter((name) => name === "agents.find_hosts_by_node_keys").length).toBeLessThanOrEqual(4);
  expect(agentCounters.catalogueLoads - loads).toBeLessThanOrEqual(2);
  expect((await statementsOf(() => Promise.all(agents.map((agent) => agent.read())))).filter((name) => name.startsWith("agents."))).toEqual([]);
});

test("seen times are written at a bounded rate, those that wait longest first", async () => {
  await flushHostMarks();
  const before = agentCounters.seenRowsWritten;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const now = ctx.now().getTime();
  for (let hostId = 1; hostId <= 4500; hostId += 1) markSeen(1_000_000_000 + hostId, now);
  markSeen(1_000_000_001, now + 1); // keeps its place
  for (const written of [2000, 4000, 4500]) {
    vi.advanceTimersByTime(1000);
    await vi.waitFor(() => expect(agentCounters.seenRowsWritten - before).toBe(written));
    await new Promise(setImmediate);
  }
});

test("with very many hosts every one's seen time is written within half a minute", async () => {
  await flushHostMarks();
  const before = agentCounters.seenRowsWritten;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  for (let hostId = 1; hostId <= 90_000; hostId += 1) markSeen(1_000_000_000 + hostId, 0);
  vi.advanceTimersByTime(1000);
  await vi.waitFor(() => expect(agentCounters.seenRowsWritten - before).toBe(3000));
  vi.useRealTimers();
  await flushHostMarks();
  expect(agentCounters.seenRowsWritten - before).toBe(90_000);
});

test("a sheet of answers says what the rows say", () => {
  const sheet = PolicySheet.read("3:1,7:4,12:2", "pfu");
  expect([3, 7, 12, 5].map((id) => [sheet.outcomeOf(id), sheet.versionOf(id), sheet.has(id)])).toEqual([
    ["pass", 1, true],
    ["fail", 4, true],
    ["unknown", 2, true],
    [undefined, undefined, false],
  ]);
  expect([sheet.size, sheet.policyIds(), PolicySheet.read("", "").policyIds()]).toEqual([3, [3, 7, 12], []]);
});

test("a bounded map forgets what came first", () => {
  const map = new BoundedMap<number, string>(2).set(1, "a").set(2, "b").set(1, "c").set(3, "d");
  expect([...map]).toEqual([
    [2, "b"],
    [3, "d"],
  ]);
});

test("an answer to a question that another instance asked says nothing about what was left out", async () => {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
  const [edited, other] = [await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId })];
  const agent = await enrolledAgent(ctx, wayIn, { secret: await makeEnrollSecret(ctx, teamId) });
  await agent.write(answerAll((await agent.read()).queries));
  const outcomes = async () =>
    (await ctx.db.policyResult.findMany({ where: { hostId: agent.hostId }, orderBy: { policyId: "asc" } })).map(({ outcome, policyVersion }) => [
      outcome,
      policyVersion,
    ]);
  expect(await outcomes()).toEqual([
    ["pass", 1],
    ["pass", 1],
  ]);
  await ctx.db.policy.update({ where: { id: edited.policyId }, data: { version: 2 } });
  const question = `fleet_policy_query_${edited.policyId}`;
  await expect.poll(async () => Object.keys((await agent.read()).queries)).toEqual([question]);
  clock.advance(31_000); // before that, an answer may be one to the old question
  // The instance that gets the answer asked nothing, or something else before.
  for (const asked of [undefined, { policies: [], allPolicies: true, refetchRequestedAt: null, platformKnown: true, at: ctx.now().getTime() }]) {
    forgetAsked(agent.hostId);
    if (asked) rememberAsked(agent.hostId, asked);
    await agent.write({ [question]: [{ "1": "1" }] });
    expect(await outcomes()).toEqual([
      ["pass", 2],
      ["pass", 1],
    ]);
  }
  expect(other.policyId).toBeGreaterThan(edited.policyId);
});

test("a deleted policy costs no host a transaction, and one that no longer concerns a host ends with its next answer", async () => {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
  const [gone, elsewhere, stays] = [await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId })];
  const agent = await enrolledAgent(ctx, wayIn, { secret: await makeEnrollSecret(ctx, teamId) });
  const answer = async () => agent.write(answerAll((await agent.read()).queries, { fleet_detail_query_os_version: [macDetails("", "").os_version] }));
  const answered = async () =>
    (await ctx.db.policyResult.findMany({ where: { hostId: agent.hostId }, orderBy: { policyId: "asc" } })).map(({ policyId }) => policyId);
  await answer();
  await agent.read(); // in memory from here on
  expect(await answered()).toEqual([gone.policyId, elsewhere.policyId, stays.policyId]);

  await ctx.db.policy.delete({ where: { id: gone.policyId } });
  await expect.poll(async () => (await agentCaches().getCatalogue(ctx)).hasPolicy(gone.policyId)).toBe(false);
  clock.advance(70 * 60_000);
  const stored = agentCounters.storedWrites;
  await answer();
  expect(agentCounters.storedWrites).toBe(stored);
  expect(await answered()).toEqual([gone.policyId, elsewhere.policyId, stays.policyId]);

  await ctx.db.policy.update({ where: { id: elsewhere.policyId }, data: { platform: "windows" } });
  clock.advance(70 * 60_000);
  await expect.poll(async () => Object.keys((await agent.read()).queries)).not.toContain(`fleet_policy_query_${elsewhere.policyId}`);
  await answer();
  expect(await answered()).toEqual([gone.policyId, stays.policyId]);
});
