import { afterAll, beforeAll, expect, test } from "vitest";
import { updateLabel } from "@/lib/labels/update-label";
import { answerAll, enrolledAgent, macDetails, type TestAgent } from "@/lib/testing/agent-scenario";
import { routeWayIn } from "@/lib/testing/agent-ways-in";
import { testClock, testServerContext, testUserContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";

const clock = testClock();
beforeAll(startAgentCaches);
afterAll(stopAgentCaches);

const portal = { bundle: "com.microsoft.CompanyPortalMac" };

/** Answers as a Mac would; returns whether it was asked about Company Portal. */
async function checkIn(agent: TestAgent): Promise<boolean> {
  const { queries } = await agent.read();
  const details = macDetails("SER1", agent.identifier);
  const told = { fleet_detail_query_os_version: [details.os_version], fleet_detail_query_system_info: [details.system_info] };
  const asked = Object.keys(queries).filter((name) => name.startsWith("fleet_label_query_") && (queries[name] ?? "").includes(portal.bundle));
  const rows = { ...told, ...Object.fromEntries(asked.map((name) => [name, [{ 1: "1" }]])) };
  if (Object.keys(queries).length > 0) await agent.write(answerAll(queries, Object.fromEntries(Object.entries(rows).filter(([name]) => name in queries))));
  return asked.length > 0;
}

test("the example label “Company Portal installed” is there, off, and asked once an admin switches it on", async () => {
  const ctx = testServerContext(clock);
  const label = await ctx.db.label.findFirstOrThrow({ where: { name: "Company Portal installed" } });
  expect(label).toMatchObject({ enabled: false, labelType: "regular", membershipType: "dynamic", platform: "darwin", teamId: null });
  const builtIn = await ctx.db.label.findMany({ where: { labelType: "builtin" }, select: { name: true } });
  expect(builtIn.map(({ name }) => name)).toEqual(expect.arrayContaining(["All Hosts", "macOS", "MS Windows", "All Linux"]));
  const agent = await enrolledAgent(ctx, routeWayIn(clock));
  for (let round = 0; round < 3; round += 1) expect(await checkIn(agent)).toBe(false);
  clock.advance(1000);

  await updateLabel(await testUserContext("admin", clock), label.id, { enabled: true });
  await expect.poll(() => checkIn(agent)).toBe(true);
  expect(await ctx.db.labelMembership.count({ where: { labelId: label.id, hostId: agent.hostId } })).toBe(1);
});
