import { beforeEach, expect, test } from "vitest";
import { makeAssessmentScene, type AssessmentScene } from "@/lib/testing/assessment-scene";
import { enrolledHost, makeConnection, makePolicy, makeTeam, setPolicyResult } from "@/lib/testing/scenarios";
import { deletePolicies } from "@/lib/policies/delete-policies";
import { testUserContext } from "@/lib/testing/test-context";
import { reassessHosts } from "./reassess-hosts.job";

let { ctx, clock, connectionId, assess, codes, reportsOf, accept, gatedHost } = {} as AssessmentScene;

beforeEach(async () => {
  ({ ctx, clock, connectionId, assess, codes, reportsOf, accept, gatedHost } = await makeAssessmentScene());
});

test("in a team that is off an identity is kept and nothing is said about the device", async () => {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
  const host = await enrolledHost(ctx, { teamId, gatedPolicy: "fail" });
  const verdict = await assess(host.hostId, "identity_changed");
  expect(verdict).toMatchObject({ accessState: "unsure", decision: "undecided" });
  expect(codes(verdict)).toEqual(["team_off"]);
  expect(await reportsOf(host.hostId)).toEqual([]);
  expect(await ctx.db.entraDevice.count({ where: { deviceId: host.deviceId } })).toBe(0);
  expect(await ctx.db.hostEntraIdentity.count({ where: { hostId: host.hostId, deviceId: host.deviceId } })).toBe(1);
});

test("MDM that comes on is told with the same results as before", async () => {
  const host = await gatedHost("pass", { mdm: "off" });
  await assess(host.hostId);
  await accept(host.hostId);
  await ctx.db.host.update({ where: { id: host.hostId }, data: { mdmState: "on", mdmChangedAt: ctx.now() } });
  clock.advance(1000);
  await assess(host.hostId, "mdm_changed");
  expect(await reportsOf(host.hostId)).toMatchObject([
    { managed: false, compliant: false, state: "confirmed" },
    { managed: true, compliant: true, state: "queued" },
  ]);
});

test("a gated policy that is deleted lets in whom it alone blocked, though another policy still fails", async () => {
  const host = await gatedHost("fail");
  const other = await makePolicy(ctx, { teamId: host.teamId, gated: false });
  await setPolicyResult(ctx, { hostId: host.hostId, policyId: other.policyId, outcome: "fail" });
  await assess(host.hostId);
  await accept(host.hostId);
  clock.advance(1000);
  await deletePolicies(await testUserContext("admin", clock), [host.policyId], { teamId: host.teamId });
  // The queue lives in real time, where this host would be stale: what it holds is run by hand.
  const [job] = await ctx.db.$queryRaw<{ payload: object }[]>`select payload from graphile_worker._private_jobs where payload ->> 'cause' = 'policy_deleted'`;
  await reassessHosts.run(ctx, reassessHosts.payload.parse(job?.payload));
  expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ managed: true, compliant: true, state: "queued" });
});

test("a submission that leaves a failing answer out, and one that never came, say nothing new to Entra", async () => {
  const failing = await gatedHost("fail");
  const second = await makePolicy(ctx, { teamId: failing.teamId });
  await setPolicyResult(ctx, { hostId: failing.hostId, policyId: second.policyId, outcome: "pass" });
  await assess(failing.hostId);
  await accept(failing.hostId);
  const silent = await gatedHost("unknown");
  clock.advance(1000);
  // Only the passing answer comes again.
  await setPolicyResult(ctx, { hostId: failing.hostId, policyId: second.policyId, outcome: "pass" });
  for (const { hostId } of [failing, silent]) await assess(hostId);
  expect(await reportsOf(failing.hostId)).toMatchObject([{ compliant: false, state: "confirmed" }]);
  expect(await reportsOf(silent.hostId)).toEqual([]);
});

test("another person on the same device is told: what Entra was told about the first doesn't count", async () => {
  const host = await gatedHost("pass");
  await assess(host.hostId);
  await accept(host.hostId);
  await ctx.db.hostEntraIdentity.update({ where: { hostId: host.hostId }, data: { userPrincipalName: "somebody.else@example.test" } });
  clock.advance(1000);
  await assess(host.hostId, "identity_changed");
  expect((await reportsOf(host.hostId)).at(-1)).toMatchObject({ deviceId: host.deviceId, userPrincipalName: "somebody.else@example.test", state: "queued" });
});

test("a team that changes its tenant has every device told there, though the first tenant knows it all", async () => {
  const host = await gatedHost("pass");
  await assess(host.hostId);
  await accept(host.hostId);
  const other = await makeConnection(ctx, { isDefault: false });
  await ctx.db.team.update({ where: { id: host.teamId }, data: { connectionId: other.connectionId } });
  clock.advance(1000);
  await assess(host.hostId, "connection_changed");
  const reports = await reportsOf(host.hostId);
  expect(reports[0]).toMatchObject({ connectionId, state: "confirmed" });
  expect(reports.slice(1)).toContainEqual(expect.objectContaining({ connectionId: other.connectionId, kind: "verdict", compliant: true, state: "queued" }));
});
