import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ReasonCode } from "@/lib/compliance/verdict-reasons";
import type { Context } from "@/lib/context";
import { getPool } from "@/lib/db/pool";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { hashToken } from "@/lib/secret-box";
import { answerAll, enrolledAgent, macDetails, makeEnrollSecret, type TestAgent } from "@/lib/testing/agent-scenario";
import { routeWayIn, socketWayIn, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { enrolledHost, makePolicy, makeTeam, makeVerdict } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { agentCaches, startAgentCaches, stopAgentCaches } from "./agent-caches";
import { findHostRows } from "./agent-queries";
import { toHostEntry, type HostEntry } from "./host-entry";
import { flushHostMarks, markFresh, markSeen } from "./host-marks";
import { findClientAddress } from "./find-client-address";
import { resetEnv } from "@/lib/env";
import { takeUpPace } from "./take-up-pace";
import { forgetUnknownKeys } from "./unknown-keys";

const clock = testClock();
let ctx: Context;
let wayIn: AgentWayIn;

beforeAll(async () => {
  ctx = testServerContext(clock);
  wayIn = await socketWayIn(clock);
  await startAgentCaches();
});
afterAll(async () => {
  await stopAgentCaches();
  await wayIn.close();
});

const empty = '{"queries":{},"discovery":{}}';

/** A host of a team whose next read is empty and comes from memory. */
async function idleHost() {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
  const { policyId } = await makePolicy(ctx, { teamId });
  const agent = await enrolledAgent(ctx, wayIn, { secret: await makeEnrollSecret(ctx, teamId) });
  await answer(agent);
  await expect.poll(async () => (await agent.read()).text).toBe(empty);
  return { agent, teamId, policyId };
}
const answer = async (agent: TestAgent) =>
  agent.write(answerAll((await agent.read()).queries, { fleet_detail_query_os_version: [macDetails("", "").os_version] }));

test.each<[change: string, make: (ids: { teamId: number; policyId: number; hostId: number }) => Promise<unknown>, asked: RegExp]>([
  ["a new policy", ({ teamId }) => makePolicy(ctx, { teamId }), /^fleet_policy_query_/],
  ["an edited policy", ({ policyId }) => ctx.db.policy.update({ where: { id: policyId }, data: { version: { increment: 1 } } }), /^fleet_policy_query_/],
  ["a refetch", ({ hostId }) => ctx.db.host.update({ where: { id: hostId }, data: { refetchRequestedAt: ctx.now() } }), /^fleet_detail_query_/],
  [
    "a verdict that blocks",
    ({ hostId, policyId }) => makeVerdict(ctx, { hostId, accessState: "held", reasons: [{ code: "policy_failed", policyId }] }),
    /^fleet_policy_query_/,
  ],
  [
    "the team's gate",
    ({ teamId }) =>
      ctx.db.team.update({ where: { id: teamId }, data: { conditionalAccessEnabled: true, conditionalAccessSince: new Date(ctx.now().getTime() + 1) } }),
    /conditional_access_microsoft_device_id$/,
  ],
  [
    "a transfer to a team with policies",
    async ({ hostId }) => {
      const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
      await makePolicy(ctx, { teamId });
      await ctx.db.host.update({ where: { id: hostId }, data: { teamId } });
    },
    /^fleet_policy_query_/,
  ],
  [
    "membership of a label that scopes a policy",
    async ({ teamId, hostId }) => {
      const label = await ctx.db.label.create({ data: { name: `L${hostId}`, membershipType: "manual", teamId } });
      const { policyId } = await makePolicy(ctx, { teamId });
      await ctx.db.policyLabel.create({ data: { policyId, labelId: label.id, scope: "include_any" } });
      await ctx.db.labelMembership.create({ data: { hostId, labelId: label.id } });
    },
    /^fleet_policy_query_/,
  ],
])("%s reaches a host that is answered from memory, whoever made it", async (_change, make, asked) => {
  const { agent, teamId, policyId } = await idleHost();
  await make({ teamId, policyId, hostId: agent.hostId });
  await expect.poll(async () => Object.keys((await agent.read()).queries).some((name) => asked.test(name))).toBe(true);
});

test("what was changed about a policy and isn't asked of hosts leaves them idle; what is asked doesn't", async () => {
  const { policyId } = await idleHost();
  const before = await agentCaches().getCatalogue(ctx);
  const changeAndRead = async (data: { description?: string; query?: string }) => {
    const { catalogueLoads } = agentCounters;
    await ctx.db.policy.update({ where: { id: policyId }, data });
    await vi.waitFor(() => expect(agentCaches().knownCatalogue).toBeNull());
    const after = await agentCaches().getCatalogue(ctx);
    expect(agentCounters.catalogueLoads).toBe(catalogueLoads + 1);
    return after;
  };
  expect(await changeAndRead({ description: "Why this matters." })).toBe(before);
  expect(await changeAndRead({ query: "SELECT 1 -- another" })).not.toBe(before);
});

test("a host that changed stands in memory again before it asks", async () => {
  const { agent } = await idleHost();
  const known = () => agentCaches().knownHost(hashToken(agent.nodeKey), clock.now().getTime());
  const { hostMisses } = agentCounters;
  await ctx.db.host.update({ where: { id: agent.hostId }, data: { refetchRequestedAt: clock.now() } });
  await expect.poll(() => known()?.refetchRequestedAt, { timeout: 5000 }).toBe(clock.now().getTime());
  expect(agentCounters.hostMisses).toBe(hostMisses);
});

test("that a verdict gives other reasons is no news to a host that is asked the same; that its MDM is off is", async () => {
  const [{ agent }, { agent: other }] = [await idleHost(), await idleHost()];
  const known = ({ nodeKey }: TestAgent) => agentCaches().knownHost(hashToken(nodeKey), clock.now().getTime());
  const giveReasons = (reasons: { code: string }[]) => ctx.db.hostCompliance.update({ where: { hostId: agent.hostId }, data: { reasons } });
  await giveReasons([{ code: "stale" }]);
  await expect.poll(() => known(agent)?.stale, { timeout: 5000 }).toBe(true);
  const entry = known(agent);
  await giveReasons([{ code: "stale" }, { code: "not_registered" }]);
  await ctx.db.host.update({ where: { id: other.hostId }, data: { refetchRequestedAt: clock.now() } });
  // News come in the order of their commits.
  await expect.poll(() => known(other)?.refetchRequestedAt, { timeout: 5000 }).toBe(clock.now().getTime());
  expect(known(agent)).toBe(entry);
  await giveReasons([{ code: "mdm_off" }]);
  await expect.poll(() => known(agent), { timeout: 5000 }).toMatchObject({ stale: false, mdmOff: true });
});

// Every code: whoever has a question hang on one more of them finds here that its news must come, too.
const reasonCodes: Record<ReasonCode, true> = {
  team_off: true,
  all_pass: true,
  no_policies: true,
  exception: true,
  policy_failed: true,
  policy_unknown: true,
  policy_at_fault: true,
  waiting_for_answer: true,
  mdm_off: true,
  mdm_not_ours: true,
  mdm_unknown: true,
  waiting_for_mdm: true,
  stale: true,
  not_registered: true,
  waiting_for_person: true,
  conflict: true,
  platform_not_reported: true,
};

test("memory follows a verdict in all that it reads of one: each reason, what blocks, and the access", async () => {
  const { agent, policyId } = await idleHost();
  const keyHash = hashToken(agent.nodeKey);
  const lasting = (host: HostEntry | undefined) => host && { ...host, holdsUntil: 0, idleUntil: 0, idleCatalogue: null, configSeen: null };
  const follows = async (change: unknown) => {
    const [row] = await findHostRows(ctx.sql, [keyHash]);
    const stored = lasting(row && toHostEntry(row, 0));
    await expect
      .poll(() => lasting(agentCaches().knownHost(keyHash, clock.now().getTime())), { message: JSON.stringify(change), timeout: 5000 })
      .toEqual(stored);
  };
  const where = { where: { hostId: agent.hostId } };
  const reasons = Object.keys(reasonCodes).map((code) => ({ reasons: [{ code }] }));
  for (const data of [...reasons, { blockingPolicies: [policyId] }, { blockingPolicies: [] }, { accessState: "held" }, { accessState: "in" }]) {
    await ctx.db.hostCompliance.update({ ...where, data });
    await follows(data);
  }
});

test("what a host answered to a policy that no longer concerns it goes with its next answer, and where many take up questions not before its whole round", async () => {
  const leaver = async () => {
    const { agent, teamId, policyId } = await idleHost();
    const { hostId } = agent;
    const [other, scoped] = [await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId })];
    const { id: labelId } = await ctx.db.label.create({ data: { name: `Leaves ${hostId}`, membershipType: "manual", teamId } });
    await ctx.db.policyLabel.create({ data: { policyId: scoped.policyId, labelId, scope: "include_any" } });
    await ctx.db.labelMembership.create({ data: { hostId, labelId } });
    await expect
      .poll(async () => {
        await answer(agent);
        return ctx.db.policyResult.count({ where: { hostId } });
      })
      .toBe(3);
    await ctx.db.labelMembership.delete({ where: { hostId_labelId: { hostId, labelId } } });
    await expect.poll(() => agentCaches().knownHost(hashToken(agent.nodeKey), clock.now().getTime())?.labels.has(labelId), { timeout: 5000 }).toBe(false);
    const answers = (...ids: number[]) => agent.write(Object.fromEntries(ids.map((id) => [`fleet_policy_query_${id}`, [{ "1": "1" }]])));
    const keeps = async () => (await ctx.db.policyResult.count({ where: { hostId, policyId: scoped.policyId } })) === 1;
    return { answersPart: () => answers(policyId), answersAll: () => answers(policyId, other.policyId), keeps };
  };
  const [first, second] = [await leaver(), await leaver()];
  while (takeUpPace.isFree(clock.now().getTime())) takeUpPace.spend();
  await first.answersPart();
  await second.answersPart();
  expect([await first.keeps(), await second.keeps()]).toEqual([true, true]);
  await first.answersAll();
  expect(await first.keeps()).toBe(false);
  clock.advance(2000);
  await second.answersPart();
  expect(await second.keeps()).toBe(false);
});

test("a deleted host's key is invalid within moments", async () => {
  const { agent } = await idleHost();
  await ctx.db.host.delete({ where: { id: agent.hostId } });
  await expect.poll(async () => (await agent.call("distributed/read")).status).toBe(401);
});

test("a key that was replaced elsewhere stops at once", async () => {
  const { agent } = await idleHost();
  await ctx.db.host.update({ where: { id: agent.hostId }, data: { nodeKeyHash: crypto.randomUUID() } });
  await expect.poll(async () => (await agent.call("config")).status).toBe(401);
});

test("results that another instance stored are not taken for repeats of what this one remembers", async () => {
  const { agent, policyId } = await idleHost();
  const name = `fleet_policy_query_${policyId}`;
  await ctx.db.policyResult.updateMany({ where: { hostId: agent.hostId }, data: { outcome: "fail" } });
  await vi.waitFor(async () => {
    await agent.write({ [name]: [{ "1": "1" }] });
    expect((await ctx.db.policyResult.findFirst({ where: { hostId: agent.hostId, policyId } }))?.outcome).toBe("pass");
  });
});

test("while changes can't be heard nothing comes from memory, and listening comes back by itself", async () => {
  const { agent } = await idleHost();
  expect(agentCaches().size).toBeGreaterThan(0);
  await getPool().query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'flotilla-listen' and datname = current_database()");
  await expect.poll(() => agentCaches().isTrusted).toBe(false);
  expect(agentCaches().size).toBe(0);
  await ctx.db.host.update({ where: { id: agent.hostId }, data: { refetchRequestedAt: ctx.now() } });
  expect(Object.keys((await agent.read()).queries)).toContain("fleet_detail_query_os_version");
  expect(agentCaches().size).toBe(0);
  await expect.poll(() => agentCaches().isTrusted, { timeout: 5000 }).toBe(true);
  await answer(agent);
  await expect.poll(async () => (await agent.read()).text).toBe(empty);
});

test("many unknown keys from one address are turned away without a look-up, and not called invalid; known hosts go on", async () => {
  forgetUnknownKeys();
  const { agent } = await idleHost();
  const statuses: number[] = [];
  for (let n = 0; n < 310; n += 1) statuses.push((await wayIn.send("POST", "/api/osquery/config", { node_key: `unknown-${n}` })).status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(300);
  const turnedAway = await wayIn.send("POST", "/api/osquery/config", { node_key: "unknown-again" });
  expect(turnedAway).toMatchObject({ status: 429, headers: { "retry-after": "60" } });
  expect(turnedAway.json).not.toHaveProperty("node_invalid");
  expect((await agent.call("config")).status).toBe(200);
  forgetUnknownKeys();
});

test("guessing enroll secrets is slowed down like guessing keys", async () => {
  forgetUnknownKeys();
  const statuses = new Map<number, number>();
  for (let n = 0; n < 302; n += 1) {
    const orbit = n % 2 === 0;
    const body = { enroll_secret: `guess-${n}`, host_identifier: "x", hardware_uuid: "x" };
    const { status } = await wayIn.send("POST", orbit ? "/api/fleet/orbit/enroll" : "/api/osquery/enroll", body);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect(Object.fromEntries(statuses)).toEqual({ 401: 300, 429: 2 });
  forgetUnknownKeys();
});

test.each([
  ["https://example.test/what we see?a=b\n", "https://example.test/what%20we%20see?a=b"],
  ["javascript:alert(1)", "/device/"],
  ["", "/device/"],
])("transparency '%s' leads to %s", async (transparencyUrl, location) => {
  const host = await enrolledHost(ctx);
  await ctx.db.organisation.update({ where: { id: 1 }, data: { transparencyUrl } });
  const reply = await wayIn.send("GET", `/api/latest/fleet/device/${host.deviceToken}/transparency`);
  expect(reply.status).toBe(307);
  expect(reply.headers.location).toBe(location === "/device/" ? `/device/${host.deviceToken}` : location);
  expect(reply.headers["referrer-policy"]).toBe("no-referrer");
});

test("an address that guesses a thousand device tokens in a row is shut out for a minute; a good token ends the count", async () => {
  const host = await enrolledHost(ctx);
  const at = (token: string) => `/api/v1/fleet/device/${token}/ping`;
  const guess = async (times: number) => {
    for (let n = 0; n < times; n += 50) await Promise.all(Array.from({ length: Math.min(50, times - n) }, () => wayIn.send("HEAD", at(crypto.randomUUID()))));
  };
  await guess(900);
  expect((await wayIn.send("HEAD", at(host.deviceToken))).status).toBe(200);
  await guess(999);
  expect((await wayIn.send("HEAD", at(host.deviceToken))).status).toBe(200);
  await guess(1000);
  expect((await wayIn.send("HEAD", at(host.deviceToken))).status).toBe(429);
  // A route handler doesn't know who asks, so it shuts nobody out.
  expect((await routeWayIn(clock).send("HEAD", at(host.deviceToken))).status).toBe(200);
  clock.advance(61_000);
  expect((await wayIn.send("HEAD", at(host.deviceToken))).status).toBe(200);
});

test("a replaced device token still opens what is only read, for ten minutes", async () => {
  const host = await enrolledHost(ctx);
  const next = crypto.randomUUID();
  await wayIn.send("POST", "/api/fleet/orbit/device_token", { orbit_node_key: host.orbitNodeKey, device_auth_token: next });
  const old = `/api/v1/fleet/device/${host.deviceToken}`;
  expect((await wayIn.send("GET", `${old}/desktop`)).status).toBe(200);
  expect((await wayIn.send("POST", `${old}/refetch`)).status).toBe(401);
  expect((await wayIn.send("POST", `/api/v1/fleet/device/${next}/refetch`)).status).toBe(200);
  clock.advance(11 * 60_000);
  expect((await wayIn.send("GET", `${old}/desktop`)).status).toBe(401);
  expect((await wayIn.send("GET", `/api/v1/fleet/device/${next}/desktop`)).status).toBe(200);
});

test("marks that couldn't be written are kept, and a host that is gone loses nobody else's", async () => {
  const host = await enrolledHost(ctx, { seenAt: new Date(0) });
  markSeen(host.hostId, ctx.now().getTime());
  markSeen(2_000_000_000, ctx.now().getTime());
  markFresh({ hostId: host.hostId, detail: ctx.now(), label: null, policy: null });
  const broken = vi.spyOn(getPool(), "query").mockRejectedValueOnce(new Error("no connection") as never);
  await flushHostMarks();
  broken.mockRestore();
  expect((await ctx.db.hostSeen.findUnique({ where: { hostId: host.hostId } }))?.seenAt).toEqual(new Date(0));
  await flushHostMarks();
  expect((await ctx.db.hostSeen.findUnique({ where: { hostId: host.hostId } }))?.seenAt).toEqual(ctx.now());
});

test("a client's address is the peer's, and a forwarded one counts only from a proxy that is trusted", () => {
  const forwarded = { "x-forwarded-for": "198.51.100.1, 203.0.113.9, 10.0.0.2" };
  expect(findClientAddress("::ffff:192.0.2.7", forwarded)).toBe("192.0.2.7");
  process.env.TRUSTED_PROXIES = "10.0.0.0/8, 2001:db8::1";
  resetEnv();
  try {
    expect(findClientAddress("10.0.0.1", forwarded)).toBe("203.0.113.9");
    expect(findClientAddress("192.0.2.7", forwarded)).toBe("192.0.2.7");
    expect(findClientAddress("2001:db8::1", { "x-forwarded-for": "nonsense" })).toBe("2001:db8::1");
  } finally {
    delete process.env.TRUSTED_PROXIES;
    resetEnv();
  }
});
