import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { agentCounters, countCalls } from "@/lib/metrics/agent-counters";
import { readHistogram } from "@/lib/metrics/read-histogram";
import { answerAll, enrolledAgent, threePolicies } from "@/lib/testing/agent-scenario";
import { socketWayIn, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";

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

/** What came to the counters while something was done. */
async function counted(work: () => Promise<unknown>): Promise<Partial<typeof agentCounters>> {
  const before = { ...agentCounters };
  await work();
  const names = Object.keys(before) as (keyof typeof before)[];
  return Object.fromEntries(names.map((name) => [name, agentCounters[name] - before[name]]).filter(([, more]) => more !== 0));
}

test("each call of an agent is counted by what came of it", async () => {
  const { secret, p21, p22, p23 } = await threePolicies(ctx);
  const agent = await enrolledAgent(ctx, wayIn, { secret });
  const { queries } = await agent.read();
  const answers = answerAll(queries, { [`fleet_policy_query_${p22}`]: [], [`fleet_policy_query_${p23}`]: "error" });
  expect(Object.keys(answers)).toContain(`fleet_policy_query_${p21}`);

  const stored = await counted(() => agent.write(answers));
  expect(stored).toMatchObject({ writes: 1, storedWrites: 1, batches: 1, batchedCheckIns: 1, resultsStored: 3 });
  expect(stored.repeatedWrites).toBeUndefined();
  expect(await readHistogram("flotilla_checkin_batch_size")).toEqual({ "1": 1 });

  expect(await counted(() => agent.write(answers))).toMatchObject({ writes: 1 });
  const read = await counted(() => agent.read());
  expect(read).toMatchObject({ reads: 1 });
  expect((read.hostHits ?? 0) + (read.hostMisses ?? 0)).toBe(1);
  expect(await counted(() => agent.call("config"))).toMatchObject({ configs: 1 });
  expect(await counted(() => wayIn.send("POST", "/api/v1/osquery/distributed/read", { node_key: "nobody's" }))).toMatchObject({ refused4xx: 1 });
});

test("calls of all kinds make up the sum that is drawn", async () => {
  const agent = await enrolledAgent(ctx, wayIn);
  const before = countCalls(agentCounters);
  await agent.read();
  await agent.call("config");
  await agent.call("log", { log_type: "status", data: [] });
  expect(countCalls(agentCounters) - before).toBe(3);
});
