import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { callRoute, tokenOf } from "@/lib/testing/rest-call";
import { enrolledHost, makePolicy, makeTeam, setPolicyResult } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import * as count from "./count/route";
import * as remove from "./delete/route";
import * as one from "./[id]/route";
import * as policies from "./route";
import * as teamCount from "../teams/[id]/policies/count/route";
import * as teamRemove from "../teams/[id]/policies/delete/route";
import * as teamOne from "../teams/[id]/policies/[policyId]/route";
import * as teamPolicies from "../teams/[id]/policies/route";

let admin: string;
let observer: string;
let server: Context;
beforeAll(async () => {
  server = testServerContext();
  [admin, observer] = [await tokenOf("admin"), await tokenOf("observer")];
});

let names = 0;
const freshName = () => `REST check ${(names += 1)}`;
const body = (change: object = {}) => ({ name: freshName(), query: "SELECT 1 FROM alf;", ...change });

test("a policy for all teams is made, read, listed, counted, changed and deleted, with the shape that clients read", async () => {
  const made = await callRoute(policies.POST, {
    token: admin,
    body: body({ platform: "darwin", critical: true, labels_include_any: ["macOS"], calendar_events_enabled: false, software_title_id: null }),
  });
  expect(made.status).toBe(200);
  const policy = made.body.policy as Record<string, unknown>;
  expect(policy).toMatchObject({
    team_id: null,
    fleet_id: null,
    platform: "darwin",
    critical: true,
    type: "dynamic",
    conditional_access_enabled: false,
    passing_host_count: 0,
    failing_host_count: 0,
    unknown_host_count: 0,
    version: 1,
    labels_include_any: [{ name: "macOS" }],
  });
  expect(policy.query, "the SQL is no `report`").toBe("SELECT 1 FROM alf;");
  const id = String(policy.id);
  expect((await callRoute(one.GET, { token: observer, params: { id } })).body.policy).toMatchObject({ id: policy.id });
  expect((await callRoute(policies.GET, { token: observer, query: `query=${encodeURIComponent(policy.name as string)}` })).body).toMatchObject({
    policies: [{ id: policy.id }],
  });
  expect((await callRoute(count.GET, { token: observer, query: `query=${encodeURIComponent(policy.name as string)}` })).body).toEqual({ count: 1 });
  const changed = await callRoute(one.PATCH, {
    method: "PATCH",
    token: admin,
    params: { id },
    body: { query: "SELECT 2;", labels_include_any: [], name: null, conditional_access_enabled: true },
  });
  expect(changed.body.policy).toMatchObject({ version: 2, conditional_access_enabled: true, name: policy.name });
  expect(changed.body.policy).not.toHaveProperty("labels_include_any");
  const deleted = await callRoute(remove.POST, { token: admin, body: { ids: [policy.id] } });
  expect(deleted).toMatchObject({ status: 200, body: { deleted: [policy.id] } });
  const types = (await getPrisma().activity.findMany({ orderBy: { id: "desc" }, take: 4 })).map((row) => row.type);
  expect(types).toEqual(["deleted_policy", "edited_conditional_access_policies", "edited_policy", "created_policy"]);
});

test("a team's list has its own policies and those it inherits, apart or merged, with the team's counts", async () => {
  const { teamId } = await makeTeam(server);
  const own = await makePolicy(server, { teamId, gated: true });
  const inherited = await makePolicy(server, { teamId: null, gated: false, name: freshName() });
  const host = await enrolledHost(server, { teamId });
  await setPolicyResult(server, { hostId: host.hostId, policyId: inherited.policyId, outcome: "fail" });
  const params = { id: String(teamId) };
  const apart = await callRoute(teamPolicies.GET, { token: observer, params });
  expect(apart.body).toMatchObject({ policies: [{ id: own.policyId, team_id: teamId, fleet_id: teamId }] });
  expect(apart.body.inherited_policies).toContainEqual(expect.objectContaining({ id: inherited.policyId, failing_host_count: 1, team_id: null }));
  const merged = await callRoute(teamPolicies.GET, { token: observer, params, query: "merge_inherited=true" });
  expect((merged.body.policies as { id: number }[]).map(({ id }) => id)).toEqual(expect.arrayContaining([own.policyId, inherited.policyId]));
  expect(merged.body).not.toHaveProperty("inherited_policies");
  expect((await callRoute(teamCount.GET, { token: observer, params })).body).toEqual({ count: 1 });
  expect((await callRoute(teamPolicies.GET, { token: observer, params, query: "automation_type=conditional_access" })).body.policies).toHaveLength(1);
  expect((await callRoute(teamPolicies.GET, { token: observer, params, query: "automation_type=software" })).body).toMatchObject({
    policies: [],
    inherited_policies: [],
  });
});

test("a policy of another team is not found through this one", async () => {
  const [a, b] = [await makeTeam(server), await makeTeam(server)];
  const { policyId } = await makePolicy(server, { teamId: a.teamId });
  const params = { id: String(b.teamId), policyId: String(policyId) };
  expect((await callRoute(teamOne.GET, { token: admin, params })).status).toBe(404);
  expect((await callRoute(teamOne.PATCH, { method: "PATCH", token: admin, params, body: { name: "mine" } })).status).toBe(404);
  expect((await callRoute(teamRemove.POST, { token: admin, params: { id: params.id }, body: { ids: [policyId] } })).status).toBe(404);
  expect((await callRoute(one.GET, { token: admin, params: { id: String(policyId) } })).status).toBe(404);
  expect((await callRoute(teamOne.GET, { token: admin, params: { id: String(a.teamId), policyId: String(policyId) } })).status).toBe(200);
});

test("No team, id 0, has policies of its own", async () => {
  const made = await callRoute(teamPolicies.POST, { token: admin, params: { id: "0" }, body: body() });
  expect(made).toMatchObject({ status: 200, body: { policy: { team_id: 0 } } });
});

test.each<[number, string, string, Parameters<typeof callRoute>]>([
  [400, "not JSON", "body_not_json", [policies.POST, { body: "{" }]],
  [400, "an unknown key", "unknown_key", [policies.POST, { body: { name: "x", query: "y", colour: 1 } }]],
  [400, "both names of one thing", "alias_conflict", [policies.POST, { body: { name: "x", query: "y", team_id: 1, fleet_id: 1 } }]],
  [400, "a page that is no number", "bad_parameter", [policies.GET, { query: "page=x" }]],
  [400, "an order that isn't offered", "bad_parameter", [policies.GET, { query: "order_key=colour" }]],
  [401, "nobody", "not_signed_in", [policies.GET, { token: null }]],
  [404, "a policy that isn't there", "policy_not_found", [one.GET, { params: { id: "987654" } }]],
  [404, "an id that is no number", "resource_not_found", [one.GET, { params: { id: "x" } }]],
  [404, "a team that isn't there", "team_not_found", [teamPolicies.GET, { params: { id: "987654" } }]],
  [422, "no query", "invalid_input", [policies.POST, { body: { name: "x" } }]],
  [422, "an empty name", "policy_invalid", [policies.POST, { body: { name: " ", query: "y" } }]],
  [422, "a label that isn't there", "policy_invalid", [policies.POST, { body: { name: "x", query: "y", labels_include_all: ["nope"] } }]],
  [422, "an automation that isn't here", "invalid_input", [policies.POST, { body: { name: "x", query: "y", script_id: 3 } }]],
])("answers %i to %s", async (status, _name, code, [handler, call]) => {
  const answer = await callRoute(handler, { token: admin, ...call });
  expect(answer).toMatchObject({ status, body: { code } });
  expect(answer.body).toMatchObject({
    message: expect.any(String),
    errors: [{ name: expect.any(String), reason: expect.any(String) }],
    uuid: expect.any(String),
  });
});

test("answers 403 to a role that may only read, and 409 to a name that is taken", async () => {
  const { policyId, name } = await makePolicy(server, { teamId: null, name: freshName() });
  for (const answer of [
    await callRoute(policies.POST, { token: observer, body: body() }),
    await callRoute(one.PATCH, { method: "PATCH", token: observer, params: { id: String(policyId) }, body: { name: "x" } }),
    await callRoute(remove.POST, { token: observer, body: { ids: [policyId] } }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { message: "Permission Denied", code: "permission_denied" } });
  }
  expect(await callRoute(policies.POST, { token: admin, body: body({ name: name.toUpperCase() }) })).toMatchObject({
    status: 409,
    body: { message: "Resource Already Exists" },
  });
});
