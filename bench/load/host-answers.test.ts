import { expect, test } from "vitest";
import { getPrisma } from "@/lib/db/prisma";
import { routeWayIn } from "@/lib/testing/agent-ways-in";
import { testClock } from "@/lib/testing/test-context";
import { nodeKeyOf, outcomeOf, usualFleet } from "../fleet-plan";
import { seedFleet } from "../seed-fleet";
import { HostAnswers, parseAsk } from "./host-answers";

const clock = testClock();

test("a host of the load answers all that it is asked, with what is stored, and after a flip with something else", async () => {
  const db = getPrisma();
  const fleet = await seedFleet(process.env.DATABASE_URL ?? "", { ...usualFleet, hosts: 50, gatedFailShare: 0, now: clock.now() });
  const answers = new HostAnswers(fleet);
  const wayIn = routeWayIn(clock);
  const n = Array.from({ length: fleet.hosts }, (_, at) => at).find((at) => fleet.policyIds.some((_, index) => outcomeOf(fleet, at, index) === "unknown")) ?? 0;
  const hostId = fleet.firstHostId + n;
  const checkIn = async () => {
    await db.host.update({ where: { id: hostId }, data: { refetchRequestedAt: clock.now() } });
    clock.advance(1000);
    const ask = parseAsk((await wayIn.send("POST", "/api/v1/osquery/distributed/read", { node_key: nodeKeyOf(n) })).text);
    const body = JSON.parse(answers.write(n, nodeKeyOf(n), ask, clock.now().getTime())) as Record<string, unknown>;
    expect((await wayIn.send("POST", "/api/v1/osquery/distributed/write", body)).text).toBe("{}");
    return { ask, body };
  };
  const stored = async () => ({
    host: await db.host.findUniqueOrThrow({
      where: { id: hostId },
      omit: {
        refetchRequestedAt: true,
        detailUpdatedAt: true,
        labelUpdatedAt: true,
        policyUpdatedAt: true,
        updatedAt: true,
        detailsDigest: true,
        uptimeSeconds: true,
      },
    }),
    labels: await db.labelMembership.findMany({ where: { hostId }, orderBy: { labelId: "asc" } }),
    results: await db.policyResult.findMany({ where: { hostId }, orderBy: { policyId: "asc" }, omit: { message: true } }),
    compliance: await db.hostCompliance.findUniqueOrThrow({ where: { hostId }, omit: { assessedAt: true, assessAgainAt: true } }),
    identity: await db.hostEntraIdentity.findUniqueOrThrow({ where: { hostId }, omit: { lastSeenAt: true } }),
  });

  const before = await stored();
  const { ask, body } = await checkIn();
  expect(ask.policies.length + ask.details.length + ask.labels.length).toBe(Object.keys(body.queries as object).length);
  expect(ask.details.length).toBeGreaterThan(8);
  expect(await stored()).toEqual({ ...before, host: { ...before.host, ...(await said(hostId)) } });

  answers.flip(n, 0);
  await checkIn();
  expect((await stored()).compliance).toMatchObject({ accessState: "held", blockingPolicies: [fleet.policyIds[0]] });
  answers.flip(n, 0.7);
  await checkIn();
  expect((await stored()).compliance).toMatchObject({ accessState: "in", blockingPolicies: [] });
});

/** Details that no fleet is seeded with, because only a request has them. */
async function said(hostId: number) {
  return getPrisma().host.findUniqueOrThrow({ where: { id: hostId }, select: { publicIp: true } });
}
