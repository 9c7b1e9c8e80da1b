import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { enrolledHost, makeTeam } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { endWithheldPassesJob } from "./end-withheld-passes.job";

const clock = testClock();
const minutes = 60_000;
let ctx: Context;
beforeAll(() => {
  ctx = testServerContext(clock);
});

test.each<{ name: string; gate: boolean; answeredMinutesAgo: number; seenMinutesAgo: number; stored: "pass" | "fail"; after: string }>([
  { name: "calls but stopped answering", gate: true, answeredMinutesAgo: 160, seenMinutesAgo: 1, stored: "pass", after: "unknown" },
  { name: "calls but stopped answering after it failed", gate: true, answeredMinutesAgo: 160, seenMinutesAgo: 1, stored: "fail", after: "fail" },
  { name: "answers", gate: true, answeredMinutesAgo: 60, seenMinutesAgo: 1, stored: "pass", after: "pass" },
  { name: "is away", gate: true, answeredMinutesAgo: 5000, seenMinutesAgo: 4900, stored: "pass", after: "pass" },
  { name: "is of a team without a gate", gate: false, answeredMinutesAgo: 160, seenMinutesAgo: 1, stored: "pass", after: "pass" },
])("a host that $name ends with $after", async ({ gate, answeredMinutesAgo, seenMinutesAgo, stored, after }) => {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: gate });
  const ago = (count: number) => new Date(ctx.now().getTime() - count * minutes);
  const host = await enrolledHost(ctx, { teamId, gatedPolicy: stored, seenAt: ago(seenMinutesAgo) });
  await ctx.db.host.update({ where: { id: host.hostId }, data: { policyUpdatedAt: ago(answeredMinutesAgo) } });
  await endWithheldPassesJob.run(ctx, {});
  expect((await ctx.db.policyResult.findFirst({ where: { hostId: host.hostId } }))?.outcome).toBe(after);
  const [asked] = await ctx.db.$queryRawUnsafe<{ jobs: number }[]>(
    "select count(*)::int as jobs from graphile_worker._private_jobs where payload::jsonb -> 'scope' -> 'hostIds' @> to_jsonb($1::int)",
    host.hostId,
  );
  expect(asked?.jobs).toBe(after === "unknown" ? 1 : 0);
});

test("hosts are gone through slice by slice, to the last", async () => {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
  const ago = (count: number) => new Date(ctx.now().getTime() - count * minutes);
  await ctx.db.$executeRawUnsafe("insert into hosts (hostname, osquery_host_id) select 'many', 'many-' || n from generate_series(1, 2100) as n");
  const host = await enrolledHost(ctx, { teamId, gatedPolicy: "pass", seenAt: ago(1) });
  await ctx.db.host.update({ where: { id: host.hostId }, data: { policyUpdatedAt: ago(160) } });
  await endWithheldPassesJob.run(ctx, {});
  expect((await ctx.db.policyResult.findFirst({ where: { hostId: host.hostId } }))?.outcome).toBe("unknown");
});
