import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { recordActivity } from "@/lib/activities/record-activity";
import { callRoute, tokenOf } from "@/lib/testing/rest-call";
import { enrolledHost, makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { testServerContext, testUserContext } from "@/lib/testing/test-context";
import * as anything from "../[...path]/route";
import * as activities from "../activities/route";
import * as byId from "./id/[id]/route";
import * as hosts from "./[label]/hosts/route";
import * as label from "./[label]/route";
import * as labels from "./route";
import * as summary from "./summary/route";

let admin: string;
let observer: string;
let server: Context;
beforeAll(async () => {
  server = testServerContext();
  [admin, observer] = [await tokenOf("admin"), await tokenOf("observer")];
});

let names = 0;
const freshName = () => `REST label ${(names += 1)}`;

test("a manual label is made with hosts, read, listed, changed and deleted by name", async () => {
  const [a, b] = [await enrolledHost(server), await enrolledHost(server)];
  const name = freshName();
  const made = await callRoute(labels.POST, { token: admin, body: { name, description: "ours", host_ids: [a.hostId] } });
  expect(made).toMatchObject({
    status: 200,
    body: {
      label: {
        name,
        label_type: "regular",
        label_membership_type: "manual",
        count: 1,
        host_count: 1,
        display_text: name,
        host_ids: null,
        team_id: null,
        fleet_id: null,
      },
    },
  });
  const id = String((made.body.label as { id: number }).id);
  expect((await callRoute(hosts.GET, { token: observer, params: { label: id } })).body).toMatchObject({ hosts: [{ id: a.hostId }], count: 1 });
  expect(
    (await callRoute(label.PATCH, { method: "PATCH", token: admin, params: { label: id }, body: { hosts: [String(b.hostId), a.hostId], query: "ignored" } }))
      .body.label,
  ).toMatchObject({ count: 2, query: "" });
  expect((await callRoute(labels.GET, { token: observer, query: "order_key=name&team_id=global" })).body.labels).toContainEqual(
    expect.objectContaining({ name, count: 2 }),
  );
  expect((await callRoute(summary.GET, { token: observer })).body.labels).toContainEqual({
    id: Number(id),
    name,
    description: "ours",
    label_type: "regular",
    team_id: null,
    fleet_id: null,
  });
  expect(await callRoute(label.DELETE, { method: "DELETE", token: admin, params: { label: name } })).toMatchObject({ status: 200, body: {} });
  const types = (await getPrisma().activity.findMany({ orderBy: { id: "desc" }, take: 3 })).map((row) => row.type);
  expect(types).toEqual(["deleted_label", "edited_label", "created_label"]);
});

test("a team's label is unseen where another team's labels are listed", async () => {
  const [a, b] = [await makeTeam(server), await makeTeam(server)];
  const name = freshName();
  await callRoute(labels.POST, { token: admin, body: { name, query: "SELECT 1;", fleet_id: a.teamId } });
  const seen = async (team: string | number) =>
    ((await callRoute(labels.GET, { token: observer, query: `team_id=${team}` })).body.labels as { name: string }[]).some((row) => row.name === name);
  expect([await seen(a.teamId), await seen(b.teamId), await seen("global")]).toEqual([true, false, false]);
});

test.each<[number, string, string, () => ReturnType<typeof callRoute>]>([
  [400, "an unknown key", "unknown_key", () => callRoute(labels.POST, { token: admin, body: { name: "x", colour: 1 } })],
  [400, "a team that is no number", "bad_parameter", () => callRoute(labels.GET, { token: admin, query: "team_id=x" })],
  [400, "a NUL character in a body", "nul_character", () => callRoute(labels.POST, { token: admin, body: { name: "a\u0000b" } })],
  [400, "a NUL character in a search", "nul_character", () => callRoute(labels.GET, { token: admin, query: "query=a%00b" })],
  [400, "a NUL character in a path", "nul_character", () => callRoute(label.DELETE, { method: "DELETE", token: admin, params: { label: "a\u0000" } })],
  [401, "nobody", "not_signed_in", () => callRoute(summary.GET, { token: null })],
  [403, "an observer", "permission_denied", () => callRoute(labels.POST, { token: observer, body: { name: "x" } })],
  [404, "a label that isn't there", "label_not_found", () => callRoute(label.GET, { token: admin, params: { label: "987654" } })],
  [404, "hosts of a label that isn't there", "label_not_found", () => callRoute(hosts.GET, { token: admin, params: { label: "987654" } })],
  [404, "a name that isn't there", "label_not_found", () => callRoute(label.DELETE, { method: "DELETE", token: admin, params: { label: "nope" } })],
  [409, "a name that is taken", "label_name_taken", () => callRoute(labels.POST, { token: admin, body: { name: "macos" } })],
  [422, "a built-in label's end", "label_invalid", () => callRoute(label.DELETE, { method: "DELETE", token: admin, params: { label: "macOS" } })],
  [422, "criteria", "invalid_input", () => callRoute(labels.POST, { token: admin, body: { name: "x", criteria: { vital: "end_user_idp_group" } } })],
  [422, "both a query and hosts", "label_invalid", () => callRoute(labels.POST, { token: admin, body: { name: "x", query: "SELECT 1;", hosts: [] } })],
])("answers %i to %s", async (status, _name, code, act) => {
  expect(await act()).toMatchObject({ status, body: { code } });
});

test("a label that narrows a policy answers 409 to its deletion by id", async () => {
  const { id } = await getPrisma().label.create({ data: { name: freshName(), membershipType: "manual" } });
  const { policyId } = await makePolicy(server, { teamId: null, name: freshName() });
  await getPrisma().policyLabel.create({ data: { policyId, labelId: id, scope: "include_any" } });
  expect(await callRoute(byId.DELETE, { method: "DELETE", token: admin, params: { id: String(id) } })).toMatchObject({
    status: 409,
    body: { code: "label_in_use" },
  });
});

test("activities are listed with who did them, newest first, by type and time, in pages", async () => {
  const type = `probe_${Date.now()}`;
  const ines = await testUserContext("admin");
  await recordActivity(ines, { type, details: { team_id: 4 } });
  await recordActivity(server, { type });
  const all = await callRoute(activities.GET, { token: observer, query: `activity_type=${type}` });
  expect(all.body).toMatchObject({
    activities: [
      { type, fleet_initiated: true, actor_id: null, actor_full_name: null },
      { type, fleet_initiated: false, actor_full_name: (ines.actor as { name: string }).name, actor_api_only: false, details: { team_id: 4, fleet_id: 4 } },
    ],
    meta: { has_next_results: false, has_previous_results: false },
  });
  const first = await callRoute(activities.GET, { token: observer, query: `activity_type=${type}&per_page=1&order_key=created_at` });
  expect(first.body).toMatchObject({ activities: [{ fleet_initiated: false }], meta: { has_next_results: true } });
  expect((await callRoute(activities.GET, { token: observer, query: `activity_type=${type}&start_created_at=2100-01-01T00:00:00Z` })).body.activities).toEqual(
    [],
  );
  expect((await callRoute(activities.GET, { token: observer, query: "start_created_at=yesterday" })).status).toBe(400);
  expect((await callRoute(activities.GET, { token: null })).status).toBe(401);
  expect((await callRoute(activities.GET, { token: await tokenOf("gitops") })).status).toBe(403);
});

test.each(["os_versions", "vulnerabilities", "carves", "packs", "vpp_tokens", "certificate_authorities", "queries", "software/titles"])(
  "what this server doesn't have is an empty list: %s",
  async (path) => {
    const key = path.split("/").join("_");
    const answer = await callRoute(anything.GET, { token: observer, params: { path: path.split("/") } });
    expect(answer).toMatchObject({ status: 200, body: { [key]: [] } });
  },
);

test("an address that nothing serves answers 404 in the envelope, after asking who is there", async () => {
  expect(await callRoute(anything.GET, { token: admin, params: { path: ["nothing", "here"] } })).toMatchObject({
    status: 404,
    body: { code: "resource_not_found", message: "Resource Not Found" },
  });
  expect((await callRoute(anything.GET, { token: null, params: { path: ["nothing"] } })).status).toBe(401);
});
