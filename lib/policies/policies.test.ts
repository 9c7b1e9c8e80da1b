import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { statement } from "../db/sql";
import { enrolledHost, makeConnection, makePolicy, makeTeam, setPolicyResult } from "../testing/scenarios";
import { testServerContext, testUserContext } from "../testing/test-context";
import { countPolicies } from "./count-policies";
import { createPolicy } from "./create-policy";
import { deletePolicies } from "./delete-policies";
import { getGating } from "./get-gating";
import { getPolicy } from "./get-policy";
import { listPolicies } from "./list-policies";
import { listPolicyHosts } from "./list-policy-hosts";
import { previewGatedPolicies } from "./preview-gated-policies";
import { previewPolicyDeletion } from "./preview-policy-deletion";
import { saveGating } from "./save-gating";
import { setGatedPolicies } from "./set-gated-policies";
import { updatePolicy } from "./update-policy";

let ctx: Context;
let server: Context;
beforeAll(async () => {
  ctx = await testUserContext("admin");
  server = testServerContext();
});

const query = "SELECT 1 FROM alf WHERE global_state >= 1;";
let names = 0;
const freshName = () => `Check ${(names += 1)}`;

async function latestJob(): Promise<Record<string, unknown> | undefined> {
  const jobs = await ctx.sql.rows<{ payload: Record<string, unknown> }>(
    statement(
      "test.latest_reassessment",
      "select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'compliance.reassess_hosts' order by j.updated_at desc, j.id desc limit 1",
    ),
  );
  return jobs[0]?.payload;
}

/** How often verdicts were asked for: a request that joins a waiting one revises it. */
async function countJobs(): Promise<number> {
  const asked = statement(
    "test.count_reassessments",
    "select coalesce(sum(1 + j.revision), 0)::int as n from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'compliance.reassess_hosts'",
  );
  return (await ctx.sql.rows<{ n: number }>(asked))[0]?.n ?? 0;
}

const lastActivities = (count: number) => ctx.db.activity.findMany({ orderBy: { id: "desc" }, take: count });

test("a new policy keeps its author, starts at version 1 and leaves an activity", async () => {
  const { teamId, name: teamName } = await makeTeam(server);
  const jobs = await countJobs();
  const policy = await createPolicy(ctx, { teamId, name: " Firewall is on ", query, platform: "windows, darwin" });
  expect(policy).toMatchObject({
    name: "Firewall is on",
    platform: "darwin,windows",
    version: 1,
    conditionalAccessEnabled: false,
    authorEmail: (ctx.actor as { email: string }).email,
  });
  expect(await countJobs(), "a policy that doesn't gate moves no verdict").toBe(jobs);
  expect((await lastActivities(1))[0]).toMatchObject({
    type: "created_policy",
    teamId,
    details: { policy_id: policy.id, policy_name: "Firewall is on", team_id: teamId, team_name: teamName },
  });
});

test.each([
  ["name", { name: " " }],
  ["name", { name: "x".repeat(256) }],
  ["name", { name: "a\u0000b" }],
  ["query", { query: "" }],
  ["platform", { platform: "amiga" }],
  ["labels_include_any", { labels: { include_any: ["There is no such label"] } }],
  ["labels_include_all", { labels: { include_any: ["macOS"], include_all: ["All Hosts"] } }],
  ["labels_exclude_any", { labels: { include_any: ["macOS"], exclude_any: ["macOS"] } }],
])("a policy with a bad %s is refused by that name", async (field, change) => {
  await expect(createPolicy(ctx, { teamId: null, name: freshName(), query, ...change })).rejects.toMatchObject({ status: 422, fields: [{ field }] });
});

test("names are unique per team, whatever their case, and free in another team", async () => {
  const [a, b] = [await makeTeam(server), await makeTeam(server)];
  await createPolicy(ctx, { teamId: a.teamId, name: "Same", query });
  await expect(createPolicy(ctx, { teamId: a.teamId, name: "SAME", query })).rejects.toMatchObject({ code: "policy_name_taken", status: 409 });
  expect((await createPolicy(ctx, { teamId: b.teamId, name: "same", query })).name).toBe("same");
});

test.each(["observer", "observer_plus", "technician"] as const)("a user with the role %s reads policies and may not change them", async (role) => {
  const reader = await testUserContext(role);
  const { policyId } = await makePolicy(server, { teamId: null, name: freshName() });
  expect((await getPolicy(reader, policyId)).id).toBe(policyId);
  for (const change of [
    () => createPolicy(reader, { teamId: null, name: freshName(), query }),
    () => updatePolicy(reader, policyId, { name: "x" }),
    () => deletePolicies(reader, [policyId]),
    () => setGatedPolicies(reader, { teamId: null, policyIds: [] }),
  ]) {
    await expect(change()).rejects.toMatchObject({ code: "permission_denied", status: 403 });
  }
});

test("a user without a role sees no policy, and nobody is asked to sign in", async () => {
  await expect(listPolicies(await testUserContext("none"), { teamId: null })).rejects.toMatchObject({ status: 403 });
  await expect(listPolicies({ ...server, actor: { kind: "nobody" } }, { teamId: null })).rejects.toMatchObject({ status: 401 });
});

test("a policy of another team stays unseen", async () => {
  const [a, b] = [await makeTeam(server), await makeTeam(server)];
  const { policyId } = await makePolicy(server, { teamId: a.teamId });
  await expect(getPolicy(ctx, policyId, { teamId: b.teamId })).rejects.toMatchObject({ code: "policy_not_found", status: 404 });
  await expect(getPolicy(ctx, policyId, { teamId: null })).rejects.toMatchObject({ code: "policy_not_found" });
  await expect(updatePolicy(ctx, policyId, { name: "mine" }, { teamId: b.teamId })).rejects.toMatchObject({ code: "policy_not_found" });
  await expect(deletePolicies(ctx, [policyId], { teamId: b.teamId })).rejects.toMatchObject({ code: "policy_not_found" });
  expect((await listPolicies(ctx, { teamId: b.teamId, scope: "both" })).policies.some((policy) => policy.id === policyId)).toBe(false);
  expect((await getPolicy(ctx, policyId)).id).toBe(policyId);
});

test("counts are three-valued and of the present version only", async () => {
  const { teamId } = await makeTeam(server);
  const { policyId } = await makePolicy(server, { teamId, gated: false });
  const hosts = [];
  for (const outcome of ["pass", "pass", "fail", "unknown"] as const) {
    const host = await enrolledHost(server, { teamId });
    await setPolicyResult(server, { hostId: host.hostId, policyId, outcome });
    hosts.push(host);
  }
  await enrolledHost(server, { teamId });
  await enrolledHost(server, { teamId, platform: "windows" });
  expect(await getPolicy(ctx, policyId)).toMatchObject({ pass: 2, fail: 1, unknown: 2 });
  expect((await listPolicies(ctx, { teamId })).policies[0]).toMatchObject({ pass: 2, fail: 1, unknown: 2 });
  expect((await listPolicyHosts(ctx, policyId, { outcome: "fail" })).map((host) => host.hostId)).toEqual([hosts[2]?.hostId]);

  await updatePolicy(ctx, policyId, { query: "SELECT 1 FROM sip_config;" });
  expect(await getPolicy(ctx, policyId)).toMatchObject({ version: 2, pass: 0, fail: 0, unknown: 5 });
  expect(await listPolicyHosts(ctx, policyId, { outcome: "fail" })).toEqual([]);
  expect(await listPolicyHosts(ctx, policyId, { outcome: "unknown" })).toHaveLength(5);
});

test("labels narrow a policy by any, all, none of any, none of all", async () => {
  const { teamId } = await makeTeam(server);
  const [one, two] = await Promise.all(
    ["one", "two"].map((name) => ctx.db.label.create({ data: { teamId, name: `${name} ${teamId}`, membershipType: "manual" } })),
  );
  const [inBoth, inOne] = [await enrolledHost(server, { teamId }), await enrolledHost(server, { teamId }), await enrolledHost(server, { teamId })];
  await ctx.db.labelMembership.createMany({
    data: [
      { hostId: inBoth.hostId, labelId: one!.id },
      { hostId: inBoth.hostId, labelId: two!.id },
      { hostId: inOne.hostId, labelId: one!.id },
    ],
  });
  const policy = await createPolicy(ctx, { teamId, name: freshName(), query });
  const asked = async (labels: object) => (await getPolicy(ctx, (await updatePolicy(ctx, policy.id, { labels })).id)).unknown;
  const both = [one!.name, two!.name];
  expect(await asked({ include_any: both })).toBe(2);
  expect(await asked({ include_all: both })).toBe(1);
  expect(await asked({ exclude_any: both })).toBe(1);
  expect(await asked({ exclude_all: both })).toBe(2);
  expect(await asked({ include_any: [one!.name], exclude_any: [two!.name] })).toBe(1);
  expect(await asked({})).toBe(3);
  expect((await getPolicy(ctx, policy.id)).version, "each new set of labels is a new question").toBe(7);
});

test("what doesn't change the question keeps the version, and saying the same again changes nothing", async () => {
  const { teamId } = await makeTeam(server);
  const { id } = await createPolicy(ctx, { teamId, name: freshName(), query });
  const after = await updatePolicy(ctx, id, { resolution: "Open System Settings.", critical: true, query: `  ${query} ` });
  expect(after).toMatchObject({ version: 1, critical: true });
  expect((await lastActivities(1))[0]).toMatchObject({ type: "edited_policy", details: { changed: ["resolution", "critical"], version: 1 } });
  const activities = await ctx.db.activity.count();
  await updatePolicy(ctx, id, { critical: true });
  expect(await ctx.db.activity.count()).toBe(activities);
});

test("editing the query of a gated policy has its hosts judged again; editing one that doesn't gate has not", async () => {
  const { teamId } = await makeTeam(server);
  const { policyId } = await makePolicy(server, { teamId, gated: true });
  await updatePolicy(ctx, policyId, { query });
  expect(await latestJob()).toMatchObject({ scope: { policyId }, cause: "policy_edited" });
  await updatePolicy(ctx, policyId, { platform: "" });
  expect(await latestJob(), "hosts that leave the scope are found by their team").toMatchObject({ scope: { teamId }, cause: "policy_edited" });
  await updatePolicy(ctx, policyId, { conditionalAccessEnabled: false });
  expect(await latestJob()).toMatchObject({ scope: { policyId }, cause: "gated_policies_changed" });
  expect((await lastActivities(1))[0]).toMatchObject({ type: "edited_conditional_access_policies", details: { before: [{ id: policyId }], after: [] } });
  const jobs = await countJobs();
  await updatePolicy(ctx, policyId, { query: "SELECT 2;" });
  expect(await countJobs()).toBe(jobs);
});

test("deleting takes all or none, judges again only when something gated, and says so in the activity", async () => {
  const { teamId } = await makeTeam(server);
  const gated = await makePolicy(server, { teamId, gated: true });
  const plain = await makePolicy(server, { teamId, gated: false });
  await expect(deletePolicies(ctx, [gated.policyId, 999_999])).rejects.toMatchObject({ code: "policy_not_found" });
  expect((await getPolicy(ctx, gated.policyId)).id).toBe(gated.policyId);
  const jobs = await countJobs();
  expect(await deletePolicies(ctx, [plain.policyId])).toEqual([plain.policyId]);
  expect(await countJobs()).toBe(jobs);
  await deletePolicies(ctx, [gated.policyId]);
  expect(await latestJob()).toMatchObject({ scope: { teamId }, cause: "policy_deleted" });
  expect((await lastActivities(1))[0]).toMatchObject({ type: "deleted_policy", details: { policy_name: gated.name, gated_access: true } });
});

test("lists come in pages, in order, by search, platform and automation, with inherited ones marked by their team", async () => {
  const { teamId } = await makeTeam(server);
  const inherited = await makePolicy(server, { teamId: null, name: `Zz inherited ${teamId}`, gated: false });
  const rows = [];
  for (const name of ["b 100%", "A first", "c_last"])
    rows.push(await makePolicy(server, { teamId, name: `${name} ${teamId}`, gated: name === "c_last", platform: name === "A first" ? "windows" : "darwin" }));
  const host = await enrolledHost(server, { teamId });
  await setPolicyResult(server, { hostId: host.hostId, policyId: rows[2]!.policyId, outcome: "fail" });
  const listed = async (options: object) => (await listPolicies(ctx, { teamId, ...options })).policies.map((policy) => policy.name.split(" ")[0]);
  expect(await listed({})).toEqual(["A", "b", "c_last"]);
  expect(await listed({ orderKey: "failing_host_count", orderDirection: "desc" })).toEqual(["c_last", "A", "b"]);
  expect(await listed({ page: 1, perPage: 2 })).toEqual(["c_last"]);
  expect(await listed({ page: 9, perPage: 2 })).toEqual([]);
  expect(await listed({ query: "100%" })).toEqual(["b"]);
  expect(await listed({ query: "c_l" })).toEqual(["c_last"]);
  expect(await listed({ platform: "windows" })).toEqual(["A"]);
  expect(await listed({ automation: "gated" })).toEqual(["c_last"]);
  const both = await listPolicies(ctx, { teamId, scope: "both", query: String(teamId) });
  expect(both.policies.find((policy) => policy.id === inherited.policyId)).toMatchObject({ teamId: null, unknown: 1 });
  expect(await countPolicies(ctx, { teamId, scope: "both", query: String(teamId) })).toBe(both.policies.length);
  await expect(listPolicies(ctx, { teamId: 987_654 })).rejects.toMatchObject({ code: "team_not_found" });
});

test("the list of gated policies is set as a whole, once, with before and after in the activity", async () => {
  const { teamId, name: teamName } = await makeTeam(server);
  const [a, b] = [await makePolicy(server, { teamId, gated: true }), await makePolicy(server, { teamId, gated: false })];
  const windows = await makePolicy(server, { teamId, gated: false, platform: "windows" });
  const elsewhere = await makePolicy(server, { teamId: (await makeTeam(server)).teamId, gated: false });
  const after = await setGatedPolicies(ctx, { teamId, policyIds: [b.policyId] });
  expect(after.map((policy) => policy.id)).toEqual([b.policyId]);
  expect(await getPolicy(ctx, b.policyId)).toMatchObject({ conditionalAccessEnabled: true, gatedSince: ctx.now(), version: 1 });
  expect(await getPolicy(ctx, a.policyId)).toMatchObject({ conditionalAccessEnabled: false, gatedSince: null });
  expect(await latestJob()).toMatchObject({ scope: { teamId }, cause: "gated_policies_changed" });
  expect((await lastActivities(1))[0]).toMatchObject({
    type: "edited_conditional_access_policies",
    details: { team_id: teamId, team_name: teamName, before: [{ id: a.policyId, name: a.name }], after: [{ id: b.policyId, name: b.name }] },
  });
  const activities = await ctx.db.activity.count();
  await setGatedPolicies(ctx, { teamId, policyIds: [b.policyId] });
  expect(await ctx.db.activity.count()).toBe(activities);
  await expect(setGatedPolicies(ctx, { teamId, policyIds: [elsewhere.policyId] })).rejects.toMatchObject({ code: "policy_not_here", status: 422 });
  await expect(setGatedPolicies(ctx, { teamId, policyIds: [windows.policyId] })).rejects.toMatchObject({ code: "policy_cant_gate", status: 422 });
});

test("gating a policy for all teams looks at every host", async () => {
  const { policyId } = await makePolicy(server, { teamId: null, gated: false, name: freshName() });
  const gated = (await listPolicies(ctx, { teamId: null, automation: "gated" })).policies.map((policy) => policy.id);
  await setGatedPolicies(ctx, { teamId: null, policyIds: [...gated, policyId] });
  expect(await latestJob()).toMatchObject({ scope: { everyHost: true }, cause: "gated_policies_changed" });
  await setGatedPolicies(ctx, { teamId: null, policyIds: gated });
});

test("who fails a policy for all teams is counted among the Macs that Entra knows, everywhere and in a team", async () => {
  const { teamId } = await makeTeam(server);
  const label = await ctx.db.label.create({ data: { name: freshName(), membershipType: "manual" } });
  const [plain, narrow] = [
    await makePolicy(server, { teamId: null, gated: false, name: freshName() }),
    await makePolicy(server, { teamId: null, gated: false, name: freshName() }),
  ];
  await ctx.db.policyLabel.create({ data: { policyId: narrow.policyId, labelId: label.id, scope: "include_any" } });
  const [inside, outside] = [await enrolledHost(server, { teamId }), await enrolledHost(server)];
  const unregistered = await enrolledHost(server, { teamId, deviceId: null });
  for (const { hostId } of [inside, outside, unregistered]) {
    for (const { policyId } of [plain, narrow]) await setPolicyResult(server, { hostId, policyId, outcome: "fail" });
  }
  await ctx.db.labelMembership.createMany({ data: [inside, unregistered].map(({ hostId }) => ({ hostId, labelId: label.id })) });
  const fails = async (scope: number | null) => {
    const { policies } = await getGating(ctx, scope);
    return [plain, narrow].map(({ policyId }) => policies.find(({ id }) => id === policyId)?.fail);
  };
  expect(await fails(null)).toEqual([2, 1]);
  expect(await fails(teamId)).toEqual([1, 1]);
});

test("the preview names who would be blocked and who let in, from stored answers", async () => {
  const { teamId } = await makeTeam(server);
  const [old, fresh] = [await makePolicy(server, { teamId, gated: true }), await makePolicy(server, { teamId, gated: false })];
  const failsFresh = await enrolledHost(server, { teamId, name: "Lucía’s Mac" });
  const failsOld = await enrolledHost(server, { teamId });
  const unregistered = await enrolledHost(server, { teamId, deviceId: null });
  await enrolledHost(server, { teamId });
  await setPolicyResult(server, { hostId: failsFresh.hostId, policyId: fresh.policyId, outcome: "fail" });
  await setPolicyResult(server, { hostId: failsFresh.hostId, policyId: old.policyId, outcome: "pass" });
  await setPolicyResult(server, { hostId: failsOld.hostId, policyId: old.policyId, outcome: "fail" });
  await setPolicyResult(server, { hostId: failsOld.hostId, policyId: fresh.policyId, outcome: "pass" });
  await setPolicyResult(server, { hostId: unregistered.hostId, policyId: fresh.policyId, outcome: "fail" });

  const preview = await previewGatedPolicies(await testUserContext("observer"), { teamId, policyIds: [fresh.policyId] });
  expect(preview.newlyBlocked).toEqual([
    { hostId: failsFresh.hostId, hostName: "Lucía’s Mac", person: failsFresh.userPrincipalName, because: [fresh.policyId] },
  ]);
  expect(preview.letIn.map((host) => host.hostId)).toEqual([failsOld.hostId]);
  expect(preview).toMatchObject({ hosts: 4, registered: 3, blockedBefore: 1 });
  const gating = await getGating(ctx, teamId);
  expect(gating).toMatchObject({ macs: 4, blocked: 1 });
  expect([old, fresh].map(({ policyId }) => gating.policies.find(({ id }) => id === policyId)?.fail)).toEqual([1, 1]);
  expect(preview.byPolicy.get(fresh.policyId)).toEqual({ fail: 1, newlyBlocked: 1 });
  expect((await getPolicy(ctx, fresh.policyId)).conditionalAccessEnabled, "a preview changes nothing").toBe(false);

  const off = await previewGatedPolicies(ctx, { teamId, enabled: false });
  expect(off.released.map((host) => host.hostId)).toEqual([failsOld.hostId]);
  expect((await previewPolicyDeletion(ctx, [old.policyId])).map((host) => host.hostId)).toEqual([failsOld.hostId]);
  expect(await previewPolicyDeletion(ctx, [fresh.policyId])).toEqual([]);
});

test("the preview counts who begins to wait, once, and leaves out whom something else keeps out or lets in", async () => {
  const { teamId } = await makeTeam(server);
  const label = await ctx.db.label.create({ data: { teamId, name: freshName(), membershipType: "manual" } });
  const old = await makePolicy(server, { teamId, gated: true });
  const [fresh, narrow] = [await makePolicy(server, { teamId, gated: false }), await makePolicy(server, { teamId, gated: false })];
  await ctx.db.policyLabel.create({ data: { policyId: narrow.policyId, labelId: label.id, scope: "include_any" } });
  const answer = (hostId: number, policyId: number, outcome: "pass" | "fail" | "unknown") => setPolicyResult(server, { hostId, policyId, outcome });
  const hosts = await Promise.all(Array.from({ length: 7 }, () => enrolledHost(server, { teamId })));
  const ids = hosts.map(({ hostId }) => hostId);
  const [waits, unknown, alreadyWaits, fails, unmanaged, excepted, freed] = ids as [number, number, number, number, number, number, number];
  // What other tests gate for all teams is answered.
  const everybodys = await ctx.db.policy.findMany({ where: { teamId: null, conditionalAccessEnabled: true } });
  for (const hostId of ids) for (const { id } of everybodys) await answer(hostId, id, "pass");
  for (const hostId of [waits, unknown, unmanaged, excepted]) await answer(hostId, old.policyId, "pass");
  await answer(unknown, fresh.policyId, "unknown");
  await answer(alreadyWaits, old.policyId, "unknown");
  await answer(fails, old.policyId, "fail");
  await answer(freed, old.policyId, "fail");
  await answer(fails, narrow.policyId, "fail");
  await ctx.db.host.update({ where: { id: unmanaged }, data: { mdmState: "off" } });
  await ctx.db.complianceException.create({
    data: { hostId: excepted, reason: "A trip", createdAt: ctx.now(), expiresAt: new Date(ctx.now().getTime() + 60_000) },
  });
  const draft = async (...policyIds: number[]) => {
    const { waiting, newlyBlocked, letIn, newlyUnmanaged } = await previewGatedPolicies(ctx, { teamId, policyIds });
    return { waiting, newlyBlocked: newlyBlocked.length, letIn: letIn.length, newlyUnmanaged: newlyUnmanaged.length };
  };
  expect(await draft(old.policyId, fresh.policyId)).toEqual({ waiting: 2, newlyBlocked: 0, letIn: 0, newlyUnmanaged: 0 });
  expect(await draft(fresh.policyId)).toEqual({ waiting: 4, newlyBlocked: 0, letIn: 2, newlyUnmanaged: 0 });
  expect(await draft(old.policyId, narrow.policyId), "nobody is in the label").toEqual({ waiting: 0, newlyBlocked: 0, letIn: 0, newlyUnmanaged: 0 });
  await ctx.db.labelMembership.createMany({ data: [waits, freed].map((hostId) => ({ hostId, labelId: label.id })) });
  expect(await draft(old.policyId, narrow.policyId)).toMatchObject({ waiting: 1, newlyBlocked: 0 });

  await ctx.db.team.update({ where: { id: teamId }, data: { conditionalAccessEnabled: false } });
  const on = await previewGatedPolicies(ctx, { teamId, enabled: true });
  expect(on.newlyBlocked.map(({ hostId }) => hostId).toSorted()).toEqual([fails, freed].toSorted());
  expect(on.newlyUnmanaged.map(({ hostId }) => hostId)).toEqual([unmanaged]);
  expect(on.waiting).toBe(1);
});

test("the switch and the list of gated policies are saved together or not at all", async () => {
  const { teamId } = await makeTeam(server, { conditionalAccess: false });
  const { policyId } = await makePolicy(server, { teamId, gated: false });
  expect(await getGating(ctx, teamId)).toMatchObject({ team: { enabled: false }, connected: false, mayTick: true, maySwitch: true });
  await expect(saveGating(ctx, { teamId, policyIds: [policyId], enabled: true })).rejects.toMatchObject({ code: "not_connected" });
  expect((await getPolicy(ctx, policyId)).conditionalAccessEnabled).toBe(false);
  const { connectionId } = await makeConnection(server);
  await ctx.db.team.update({ where: { id: teamId }, data: { connectionId } });
  await saveGating(ctx, { teamId, policyIds: [policyId], enabled: true, auditOnly: true });
  const gating = await getGating(ctx, teamId);
  expect(gating).toMatchObject({ team: { enabled: true, auditOnly: true }, connected: true });
  expect(gating.policies.find((policy) => policy.id === policyId)).toMatchObject({ gated: true, canGate: true, inherited: false });
  const maintainer = await testUserContext("maintainer");
  expect(await getGating(maintainer, teamId)).toMatchObject({ mayTick: true, maySwitch: false });
  await expect(saveGating(maintainer, { teamId, policyIds: [], enabled: false })).rejects.toMatchObject({ code: "permission_denied" });
  expect((await getPolicy(ctx, policyId)).conditionalAccessEnabled, "nothing of it is kept").toBe(true);
});
