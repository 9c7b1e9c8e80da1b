import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { callRoute, tokenOf } from "@/lib/testing/rest-call";
import { enrolledHost, makeConnection, makeTeam } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import * as config from "../config/route";
import * as globalSecrets from "../spec/enroll_secret/route";
import * as agentOptions from "./[id]/agent_options/route";
import * as team from "./[id]/route";
import * as secrets from "./[id]/secrets/route";
import * as teams from "./route";

let admin: string;
let maintainer: string;
let observer: string;
let server: Context;
beforeAll(async () => {
  server = testServerContext();
  [admin, maintainer, observer] = [await tokenOf("admin"), await tokenOf("maintainer"), await tokenOf("observer")];
});

let names = 0;
const freshName = () => `REST team ${(names += 1)}`;
const patch = (id: number | string, body: object, token = admin) => callRoute(team.PATCH, { method: "PATCH", token, params: { id: String(id) }, body });
const lastActivity = () => getPrisma().activity.findFirstOrThrow({ orderBy: { id: "desc" } });

test("a team is made, read, listed, changed and deleted; answers carry both names", async () => {
  const name = freshName();
  const made = await callRoute(teams.POST, { token: admin, body: { name, description: "first" } });
  expect(made).toMatchObject({ status: 200, body: { team: { name, secrets: [{ secret: expect.any(String) }] }, fleet: { name } } });
  const { id } = made.body.team as { id: number };
  expect(await lastActivity()).toMatchObject({ type: "created_team", details: { team_id: id } });
  await enrolledHost(server, { teamId: id });
  const read = await callRoute(team.GET, { token: observer, params: { id: String(id) } });
  expect(read.body.team).toMatchObject({
    id,
    host_count: 1,
    user_count: 0,
    integrations: { conditional_access_enabled: false },
    conditional_access: { require_mdm: "any" },
  });
  expect(read.body.team, "an observer sees no secret").not.toHaveProperty("secrets");
  const listed = await callRoute(teams.GET, { token: observer, query: `query=${encodeURIComponent(name)}` });
  expect(listed.body).toMatchObject({ teams: [{ id }], fleets: [{ id }] });
  expect((await patch(id, { name: `${name} renamed`, description: null })).body.team).toMatchObject({ name: `${name} renamed`, description: "first" });
  expect(await callRoute(team.DELETE, { method: "DELETE", token: admin, params: { id: String(id) } })).toMatchObject({ status: 200, body: {} });
  expect((await callRoute(team.GET, { token: admin, params: { id: String(id) } })).status).toBe(404);
});

test("gating is switched on the team once a connection stands; nothing else of integrations is dropped in silence", async () => {
  const { teamId } = await makeTeam(server, { conditionalAccess: false });
  expect(await patch(teamId, { integrations: { conditional_access_enabled: true } })).toMatchObject({
    status: 422,
    body: { code: "not_connected", errors: [{ name: "integrations.conditional_access_enabled" }] },
  });
  const { connectionId } = await makeConnection(server);
  const on = await patch(teamId, {
    conditional_access: { connection_id: connectionId, audit_only: true },
    integrations: { conditional_access_enabled: true, jira: [] },
  });
  expect(on.body.team).toMatchObject({ integrations: { conditional_access_enabled: true }, conditional_access: { audit_only: true } });
  expect(await lastActivity()).toMatchObject({ type: "enabled_conditional_access_automations", teamId });
  expect(await patch(teamId, { integrations: { jira: [{ url: "x" }] } })).toMatchObject({ status: 422, body: { errors: [{ name: "integrations.jira" }] } });
  expect((await patch(teamId, { integrations: { conditional_access_enabled: false } })).body.team).toMatchObject({
    integrations: { conditional_access_enabled: false },
  });
});

test("a team can be sent back as it was read", async () => {
  const { teamId } = await makeTeam(server);
  const { body } = await callRoute(team.GET, { token: admin, params: { id: String(teamId) } });
  expect(await patch(teamId, body.team as object)).toMatchObject({ status: 200 });
});

test("No team is id 0: read, changed, never renamed or deleted", async () => {
  expect((await callRoute(team.GET, { token: observer, params: { id: "0" } })).body.team).toMatchObject({ id: 0, name: "No team" });
  expect((await patch(0, { conditional_access: { require_mdm: "not_required" } })).body.team).toMatchObject({
    conditional_access: { require_mdm: "not_required" },
  });
  expect(await patch(0, { name: "Everyone" })).toMatchObject({ status: 422, body: { errors: [{ name: "name" }] } });
  expect((await callRoute(team.DELETE, { method: "DELETE", token: admin, params: { id: "0" } })).status).toBe(422);
});

test("enroll secrets of a team and of all are read and replaced by those who may", async () => {
  const { teamId } = await makeTeam(server);
  const params = { id: String(teamId) };
  const replaced = await callRoute(secrets.PATCH, { method: "PATCH", token: maintainer, params, body: { secrets: [{ secret: "for this team" }] } });
  expect(replaced).toMatchObject({ status: 200, body: { secrets: [{ secret: "for this team", team_id: teamId }] } });
  expect(await callRoute(secrets.PATCH, { method: "PATCH", token: maintainer, params, body: { secrets: [] } })).toMatchObject({
    status: 200,
    body: { secrets: null },
  });
  expect((await callRoute(secrets.GET, { token: maintainer, params })).body.secrets).toEqual([]);
  expect((await callRoute(secrets.GET, { token: observer, params })).status).toBe(403);
  expect((await callRoute(globalSecrets.GET, { token: observer })).status).toBe(403);

  const spec = (list: string[]) => ({ spec: { secrets: list.map((secret) => ({ secret })) } });
  expect(await callRoute(globalSecrets.POST, { token: maintainer, body: spec(["global"]) })).toMatchObject({ status: 200, body: {} });
  expect((await callRoute(globalSecrets.POST, { token: maintainer, query: "dry_run=true", body: spec(["other"]) })).status).toBe(200);
  expect((await callRoute(globalSecrets.GET, { token: maintainer })).body).toMatchObject({ spec: { secrets: [{ secret: "global" }] } });
  expect((await callRoute(secrets.PATCH, { method: "PATCH", token: admin, params, body: { secrets: [{ secret: "global" }] } })).status).toBe(409);
  expect((await callRoute(globalSecrets.POST, { token: admin, body: spec([" "]) })).status).toBe(422);
  expect((await callRoute(globalSecrets.POST, { token: null, body: spec(["x"]) })).status).toBe(401);
});

test("agent options of a team are refused rather than dropped; none are fine", async () => {
  const params = { id: "0" };
  expect((await callRoute(agentOptions.POST, { token: admin, params, body: {} })).status).toBe(200);
  expect(await callRoute(agentOptions.POST, { token: admin, params, body: { config: {} } })).toMatchObject({ status: 422, body: { code: "not_supported" } });
  expect((await callRoute(agentOptions.POST, { token: admin, params, body: { konfig: {} } })).status).toBe(400);
  expect((await callRoute(agentOptions.POST, { token: observer, params, body: {} })).status).toBe(403);
});

test("the configuration is read, merged and dry-run, with the keys that clients read", async () => {
  const read = await callRoute(config.GET, { token: observer });
  for (const key of [
    "org_info",
    "server_settings",
    "conditional_access",
    "mdm",
    "integrations",
    "license",
    "update_interval",
    "gitops",
    "fleet_desktop",
    "features",
  ])
    expect(read.body).toHaveProperty(key);
  expect(read.body).not.toHaveProperty("agent_options");
  expect(read.body.server_settings).toMatchObject({ live_query_disabled: true, live_reporting_disabled: true });
  const change = { org_info: { org_name: "Aldergate Research" } };
  expect((await callRoute(config.PATCH, { method: "PATCH", token: admin, query: "dry_run=1", body: change })).body.org_info).not.toMatchObject(change.org_info);
  expect((await callRoute(config.PATCH, { method: "PATCH", token: admin, body: change })).body.org_info).toMatchObject(change.org_info);
  expect(await callRoute(config.PATCH, { method: "PATCH", token: admin, body: { organisation: 1 } })).toMatchObject({
    status: 400,
    body: { code: "unknown_key" },
  });
  expect(await callRoute(config.PATCH, { method: "PATCH", token: admin, body: { org_info: { org_name: "" } } })).toMatchObject({
    status: 422,
    body: { errors: [{ name: "org_info.org_name" }] },
  });
  expect((await callRoute(config.PATCH, { method: "PATCH", token: observer, body: change })).status).toBe(403);
  expect((await callRoute(config.GET, { token: null })).status).toBe(401);
  const whole = await callRoute(config.GET, { token: admin });
  expect((await callRoute(config.PATCH, { method: "PATCH", token: admin, body: withoutNewNames(whole.body) })).status, "read and sent back").toBe(200);
});

// A client sends one family of names.
function withoutNewNames(body: Record<string, unknown>): object {
  const { server_settings, org_info, mdm, ...rest } = body as Record<string, Record<string, unknown>>;
  const drop = (object: Record<string, unknown>, keys: string[]) => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
  return {
    ...rest,
    server_settings: drop(server_settings ?? {}, ["live_reporting_disabled", "discard_reports_data", "report_cap"]),
    org_info,
    mdm: drop({ ...mdm, windows_settings: undefined }, ["apple_settings", "setup_experience"]),
  };
}

test.each<[number, string, string, () => ReturnType<typeof callRoute>]>([
  [400, "an unknown key", "unknown_key", () => callRoute(teams.POST, { token: admin, body: { name: "x", colour: 1 } })],
  [400, "an unknown key of a change", "unknown_key", () => patch(0, { host_ids: [1] })],
  [401, "nobody", "not_signed_in", () => callRoute(teams.GET, { token: null })],
  [403, "an observer who makes one", "permission_denied", () => callRoute(teams.POST, { token: observer, body: { name: "x" } })],
  [403, "a maintainer who changes one", "permission_denied", () => patch(0, { description: "x" }, maintainer)],
  [404, "a team that isn't there", "team_not_found", () => callRoute(team.GET, { token: admin, params: { id: "987654" } })],
  [404, "secrets of a team that isn't there", "team_not_found", () => callRoute(secrets.GET, { token: admin, params: { id: "987654" } })],
  [
    409,
    "a name that is taken",
    "team_name_taken",
    async () => callRoute(teams.POST, { token: admin, body: { name: (await makeTeam(server)).name.toUpperCase() } }),
  ],
  [422, "a reserved name", "team_name_invalid", () => callRoute(teams.POST, { token: admin, body: { name: "All teams" } })],
  [422, "a value of another kind", "invalid_input", () => patch(0, { conditional_access: { stale_after_seconds: "7d" } })],
])("answers %i to %s", async (status, _name, code, act) => {
  expect(await act()).toMatchObject({ status, body: { code, errors: [{ reason: expect.any(String) }] } });
});
