import { beforeAll, describe, expect, test } from "vitest";
import type { Context, TeamRole } from "../context";
import { ForbiddenError, NotFoundError } from "../errors";
import { enrolledHost, makeConnection, makePolicy, makeTeam, setPolicyResult } from "../testing/scenarios";
import { testServerContext, testTeamUserContext, testUserContext } from "../testing/test-context";
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

let server: Context;
let own: number;
let other: number;
let everybodys: number;
let ours: number;
let theirs: number;
const nowhere = 987_654;
const names: Record<string, string> = {};
const as = (role: TeamRole) => testTeamUserContext([{ teamId: own, role }]);

beforeAll(async () => {
  server = testServerContext();
  await makeConnection(server, { isDefault: true });
  own = (await makeTeam(server)).teamId;
  other = (await makeTeam(server)).teamId;
  everybodys = (await makePolicy(server, { teamId: null })).policyId;
  ours = (await makePolicy(server, { teamId: own })).policyId;
  theirs = (await makePolicy(server, { teamId: other })).policyId;
  const hosts = [
    ["own", own, "fail"],
    ["other", other, "fail"],
    ["other passing", other, "pass"],
    ["no team", 0, "fail"],
  ] as const;
  for (const [words, teamId, outcome] of hosts) {
    const host = await enrolledHost(server, { teamId, person: "p@example.test" });
    names[words] = host.name;
    await setPolicyResult(server, { hostId: host.hostId, policyId: everybodys, outcome });
    if (teamId === other) await setPolicyResult(server, { hostId: host.hostId, policyId: theirs, outcome });
  }
});

test("a policy for all teams counts the hosts that the caller may see, wherever it is shown", async () => {
  const observer = await as("observer");
  const counts = { pass: 0, fail: 1, unknown: 0 };
  expect(await getPolicy(observer, everybodys)).toMatchObject(counts);
  expect((await listPolicies(observer, { teamId: null })).policies.find(({ id }) => id === everybodys)).toMatchObject(counts);
  const byFails = await listPolicies(observer, { teamId: null, orderKey: "failing_host_count", orderDirection: "desc" });
  expect(byFails.policies.find(({ id }) => id === everybodys)).toMatchObject(counts);
  expect((await listPolicies(observer, { teamId: own, scope: "inherited" })).policies.find(({ id }) => id === everybodys)).toMatchObject(counts);
  expect((await listPolicyHosts(observer, everybodys, { outcome: "fail" })).map(({ hostName }) => hostName)).toEqual([names.own]);
  expect(await getPolicy(await testUserContext("observer"), everybodys)).toMatchObject({ pass: 1, fail: 3 });

  const both = await testTeamUserContext([
    { teamId: own, role: "observer" },
    { teamId: other, role: "technician" },
  ]);
  expect(await getPolicy(both, everybodys)).toMatchObject({ pass: 1, fail: 2 });
  expect((await listPolicyHosts(both, everybodys, { outcome: "fail" })).map(({ hostName }) => hostName).toSorted()).toEqual(
    [names.own, names.other].toSorted(),
  );
  expect((await listPolicyHosts(both, everybodys, { outcome: "fail", teamId: other })).map(({ hostName }) => hostName)).toEqual([names.other]);
});

test("gating for all teams is looked at with the caller's hosts alone", async () => {
  const observer = await as("observer");
  expect(await getGating(observer, null)).toMatchObject({ macs: 1, blocked: 1, mayTick: false, maySwitch: false });
  expect((await previewGatedPolicies(observer, { teamId: null, policyIds: [] })).letIn.map(({ hostName }) => hostName)).toEqual([names.own]);
  expect((await previewPolicyDeletion(observer, [everybodys])).map(({ hostName }) => hostName)).toEqual([names.own]);
  expect((await previewGatedPolicies(await testUserContext("observer"), { teamId: null, policyIds: [] })).hosts).toBe(4);
});

describe("a policy of another team is answered like one that doesn't exist", () => {
  test.each<[string, (ctx: Context, policyId: number) => Promise<unknown>]>([
    ["reading it", (ctx, id) => getPolicy(ctx, id)],
    ["its hosts", (ctx, id) => listPolicyHosts(ctx, id, { outcome: "fail" })],
    ["previewing its deletion", (ctx, id) => previewPolicyDeletion(ctx, [ours, id])],
    ["changing it", (ctx, id) => updatePolicy(ctx, id, { description: "taken" })],
    ["deleting it", (ctx, id) => deletePolicies(ctx, [id])],
    ["deleting it beside one's own", (ctx, id) => deletePolicies(ctx, [ours, id])],
  ])("%s", async (_what, act) => {
    const maintainer = await as("maintainer");
    for (const id of [theirs, nowhere]) {
      const error = await act(maintainer, id).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ code: "policy_not_found", message: `Policy ${id} was not found.` });
    }
    expect(await getPolicy(server, ours)).toBeDefined();
  });

  test.each<[string, (ctx: Context, teamId: number) => Promise<unknown>]>([
    ["listing", (ctx, teamId) => listPolicies(ctx, { teamId, scope: "both" })],
    ["counting", (ctx, teamId) => countPolicies(ctx, { teamId })],
    ["reading one for all teams as that team's", (ctx, teamId) => getPolicy(ctx, everybodys, { teamId })],
    ["making one", (ctx, teamId) => createPolicy(ctx, { teamId, name: "Taken", query: "SELECT 1;" })],
    ["looking at gating", (ctx, teamId) => getGating(ctx, teamId)],
    ["previewing gating", (ctx, teamId) => previewGatedPolicies(ctx, { teamId })],
    ["choosing what gates", (ctx, teamId) => setGatedPolicies(ctx, { teamId, policyIds: [] })],
    ["saving gating", (ctx, teamId) => saveGating(ctx, { teamId, policyIds: [], enabled: false })],
  ])("so is the team itself: %s", async (_what, act) => {
    const admin = await as("admin");
    for (const teamId of [other, 0, nowhere]) await expect(act(admin, teamId)).rejects.toBeInstanceOf(NotFoundError);
  });
});

test("a team's maintainer writes the team's policies, reads those for all teams and doesn't change them", async () => {
  const maintainer = await as("maintainer");
  const made = await createPolicy(maintainer, { teamId: own, name: "Made by us", query: "SELECT 1;" });
  expect(await updatePolicy(maintainer, made.id, { description: "ours" })).toMatchObject({ description: "ours" });
  expect(await deletePolicies(maintainer, [made.id])).toEqual([made.id]);
  await setGatedPolicies(maintainer, { teamId: own, policyIds: [ours] });
  await expect(saveGating(maintainer, { teamId: own, policyIds: [ours], enabled: false })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(createPolicy(maintainer, { teamId: null, name: "For everybody", query: "SELECT 1;" })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(updatePolicy(maintainer, everybodys, { description: "no" })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(deletePolicies(maintainer, [everybodys])).rejects.toBeInstanceOf(ForbiddenError);
  await expect(setGatedPolicies(maintainer, { teamId: null, policyIds: [] })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(updatePolicy(await as("technician"), ours, { description: "no" })).rejects.toBeInstanceOf(ForbiddenError);
});

test("GitOps on a team reads and writes its policies, and lists no hosts", async () => {
  const gitops = await as("gitops");
  expect(await updatePolicy(gitops, ours, { description: "from files" })).toMatchObject({ description: "from files" });
  expect(await getPolicy(gitops, everybodys)).toMatchObject({ fail: 1 });
  await expect(listPolicyHosts(gitops, ours, { outcome: "fail" })).rejects.toBeInstanceOf(ForbiddenError);
});
