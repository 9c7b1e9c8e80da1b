import { expect, test } from "vitest";
import { assessHosts } from "@/lib/compliance/assess-hosts";
import { getPrisma } from "@/lib/db/prisma";
import { inSqlTransaction } from "@/lib/db/transaction";
import { hashToken } from "@/lib/secret-box";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import {
  deviceTokenOf,
  entraDeviceIdOf,
  hardwareUuidOf,
  isInLabel,
  labelOfPolicy,
  nodeKeyOf,
  orbitKeyOf,
  outcomeOf,
  personOf,
  startedAtOf,
  usualFleet,
} from "./fleet-plan";
import { seedFleet } from "./seed-fleet";

const clock = testClock();
const tenantId = "11111111-2222-4333-8444-555555555555";

test("a seeded fleet is what the load believes it to be, and the product finds nothing to correct", async () => {
  const db = getPrisma();
  const { id: connectionId } = await db.entraConnection.create({
    data: {
      isDefault: true,
      provider: "intune_partner",
      cloud: "global",
      tenantId,
      state: "connected",
      connectedAt: new Date(clock.now().getTime() - 40 * 86_400_000),
    },
  });
  const fleet = await seedFleet(process.env.DATABASE_URL ?? "", {
    ...usualFleet,
    hosts: 400,
    teams: 3,
    gatedFailShare: 0.05,
    entra: { connectionId, tenantId, domain: "bench.example", told: true },
    now: clock.now(),
  });

  const host = await db.host.findUniqueOrThrow({ where: { id: fleet.firstHostId + 17 }, include: { entraIdentity: true } });
  expect(host).toMatchObject({
    nodeKeyHash: hashToken(nodeKeyOf(17)),
    orbitNodeKeyHash: hashToken(orbitKeyOf(17)),
    deviceTokenHash: hashToken(deviceTokenOf(17)),
    hardwareUuid: hardwareUuidOf(17),
    lastRestartedAt: new Date(startedAtOf(17, fleet.seededAt)),
    entraIdentity: { deviceId: entraDeviceIdOf(17), userPrincipalName: personOf(17, fleet.domain) },
  });
  expect(await storedResults()).toEqual(
    Array.from({ length: fleet.hosts }, (_, n) =>
      fleet.policyIds.flatMap((policyId, index) => {
        const label = labelOfPolicy(fleet, index);
        return label >= 0 && !isInLabel(n, label) ? [] : [[fleet.firstHostId + n, policyId, outcomeOf(fleet, n, index)]];
      }),
    ).flat(),
  );
  const held = Array.from({ length: fleet.hosts }, (_, n) => [0, 1, 2].some((index) => outcomeOf(fleet, n, index) === "fail")).filter(Boolean).length;
  expect(held).toBeGreaterThan(10);

  const tallied = (rows: { hosts: number }[]) => rows.reduce((sum, row) => sum + row.hosts, 0);
  expect(tallied(await db.policyTally.findMany())).toBe(await db.policyResult.count());
  expect(tallied(await db.labelTally.findMany())).toBe(await db.labelMembership.count());
  expect(await db.hostPlace.count({ where: { accessState: "held", place: 0, teamId: { in: fleet.teamIds }, name: { startsWith: "bench-mac-" } } })).toBe(held);
  expect(await db.hostText.count({ where: { text: { contains: "@bench.example" } } })).toBe(fleet.hosts);

  const before = await db.hostCompliance.findMany({ orderBy: { hostId: "asc" } });
  expect([before.filter(({ accessState }) => accessState === "held").length, before.filter(({ accessState }) => accessState === "in").length]).toEqual([
    held,
    fleet.hosts - held,
  ]);
  const all = before.map(({ hostId }) => hostId);
  await inSqlTransaction(testServerContext(clock), (tx) => assessHosts(tx, all, "policy_results", clock.now()));
  expect(await db.hostCompliance.findMany({ orderBy: { hostId: "asc" } })).toEqual(before);
  expect(await db.complianceReport.count({ where: { endedAt: null } })).toBe(0);
  expect(await db.accessTransition.count()).toBe(fleet.hosts);
});

async function storedResults(): Promise<[number, number, string][]> {
  const rows = await getPrisma().policyResult.findMany({ orderBy: [{ hostId: "asc" }, { policyId: "asc" }] });
  return rows.map(({ hostId, policyId, outcome }) => [hostId, policyId, outcome]);
}
