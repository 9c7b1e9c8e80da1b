import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashToken } from "@/lib/secret-box";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import { makePolicy } from "@/lib/testing/scenarios";

const hostCount = 240;
let scene: DeliveryScene;
beforeAll(async () => {
  scene = await startDeliveryScene();
});
afterAll(() => scene.stop());

/** Hosts of the scene's team, each registered in the tenant, all answering one policy. */
async function fleet(policyId: number): Promise<{ hostId: number; deviceId: string }[]> {
  const { db } = scene.server;
  const now = scene.clock.now();
  const { domain } = scene.simulator.tenants.happy;
  const macs = Array.from({ length: hostCount }, (_, index) => ({ deviceId: randomUUID(), name: `flood-${index}`, person: `flood-${index}@${domain}` }));
  for (const { deviceId, name, person } of macs) scene.simulator.registerDevice({ tenantId: "happy", deviceId, displayName: name, upn: person });
  await db.host.createMany({
    data: macs.map(({ name }) => ({
      teamId: scene.teamId,
      osqueryHostId: name,
      nodeKeyHash: hashToken(name),
      hostname: name,
      computerName: name,
      platform: "darwin",
      osVersion: "15.4.1",
      mdmState: "on",
      mdmChangedAt: now,
      lastEnrolledAt: now,
    })),
  });
  const rows = await db.host.findMany({ where: { osqueryHostId: { in: macs.map(({ name }) => name) } }, select: { id: true, computerName: true } });
  const byName = new Map(rows.map(({ id, computerName }) => [computerName, id]));
  const hosts = macs.map((mac) => ({ ...mac, hostId: byName.get(mac.name) ?? 0 }));
  await db.hostSeen.createMany({ data: hosts.map(({ hostId }) => ({ hostId, seenAt: now })) });
  await db.hostEntraIdentity.createMany({
    data: hosts.map(({ hostId, deviceId, person }) => ({ hostId, deviceId, userPrincipalName: person, firstSeenAt: now, lastSeenAt: now })),
  });
  await db.policyResult.createMany({ data: hosts.map(({ hostId }) => ({ hostId, policyId, outcome: "pass", policyVersion: 1, outcomeSince: now })) });
  return hosts;
}

test(`${hostCount} hosts that flip at once drain in the order of urgency, under the rate, each told once, and those let in don't wait behind the blocked`, async () => {
  const { db } = scene.server;
  const { policyId } = await makePolicy(scene.server, { teamId: scene.teamId });
  const hosts = await fleet(policyId);
  // By turns, so that every slice of the reassessment holds some of both.
  const failing = hosts.filter((_, index) => index % 2 === 0);
  const passing = hosts.filter((_, index) => index % 2 === 1);
  await db.policyResult.updateMany({ where: { policyId, hostId: { in: failing.map(({ hostId }) => hostId) } }, data: { outcome: "fail" } });
  await requestReassessment(scene.server, { teamId: scene.teamId }, "policy_edited");
  const startedAt = scene.clock.now().getTime();
  const drained = async () => (await db.complianceReport.count({ where: { state: "confirmed" } })) === hostCount;
  await scene.drain(drained);

  const uploads = scene.simulator.journal({ path: "DataUploadMessages" }).filter(({ method }) => method === "PUT");
  expect(uploads).toHaveLength(hostCount);
  expect(await db.complianceReport.count({ where: { attempts: { gt: 1 } } })).toBe(0);
  for (const [index, { deviceId }] of hosts.entries()) expect(scene.entra({ deviceId })?.isCompliant).toBe(index % 2 === 1);
  // The first slice is assessed and sent before the last: what is let in goes first among those that wait together.
  const place = new Map(uploads.map((entry, at) => [String(entry.body?.deviceId), at]));
  const meanPlace = (some: { deviceId: string }[]) => some.reduce((sum, { deviceId }) => sum + (place.get(deviceId) ?? 0), 0) / some.length;
  expect(meanPlace(passing)).toBeLessThan(meanPlace(failing));
  // 50 a second after the first 100.
  const seconds = (scene.clock.now().getTime() - startedAt) / 1000;
  expect(seconds).toBeGreaterThan((hostCount - 100) / 50);
  expect(await db.accessTransition.count({ where: { toState: "held" } })).toBe(failing.length);
}, 300_000);
