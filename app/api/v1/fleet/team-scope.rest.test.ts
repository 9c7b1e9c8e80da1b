import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { recordActivity } from "@/lib/activities/record-activity";
import { callRoute, tokenFor, tokenOf } from "@/lib/testing/rest-call";
import { enrolledHost, makeConnection, makePolicy, makeReport, makeTeam, makeVerdict, setPolicyResult } from "@/lib/testing/scenarios";
import { testServerContext, testTeamUserContext } from "@/lib/testing/test-context";
import * as activities from "./activities/route";
import * as report from "./compliance_reports/[id]/route";
import * as retry from "./compliance_reports/[id]/retry/route";
import * as config from "./config/route";
import * as summary from "./host_summary/route";
import * as hostAccess from "./hosts/[id]/access/route";
import * as hostReports from "./hosts/[id]/compliance_reports/route";
import * as mapping from "./hosts/[id]/device_mapping/route";
import * as hostLabels from "./hosts/[id]/labels/route";
import * as refetch from "./hosts/[id]/refetch/route";
import * as host from "./hosts/[id]/route";
import * as sendNow from "./hosts/[id]/send_now/route";
import * as hostCount from "./hosts/count/route";
import * as deleteHosts from "./hosts/delete/route";
import * as byIdentifier from "./hosts/identifier/[identifier]/route";
import * as hosts from "./hosts/route";
import * as transfer from "./hosts/transfer/route";
import * as labelHosts from "./labels/[label]/hosts/route";
import * as label from "./labels/[label]/route";
import * as labelById from "./labels/id/[id]/route";
import * as labels from "./labels/route";
import * as overview from "./overview/route";
import * as policies from "./policies/route";
import * as agentOptions from "./teams/[id]/agent_options/route";
import * as teamPolicy from "./teams/[id]/policies/[policyId]/route";
import * as teamPolicyCount from "./teams/[id]/policies/count/route";
import * as deleteTeamPolicies from "./teams/[id]/policies/delete/route";
import * as teamPolicies from "./teams/[id]/policies/route";
import * as team from "./teams/[id]/route";
import * as teamSecrets from "./teams/[id]/secrets/route";
import * as teams from "./teams/route";

/** What stands in one team. */
interface Stand {
  teamId: number;
  hostId: number;
  serial: string;
  policyId: number;
  labelId: number;
  reportId: string;
}

let server: Context;
let admin: string;
let observer: string;
let gitops: string;
let own: Stand;
let other: Stand;
let everybodysPolicy: number;
const missing: Stand = { teamId: 987_001, hostId: 987_002, serial: "NO-SUCH-SERIAL", policyId: 987_003, labelId: 987_004, reportId: randomUUID() };

async function stand(connectionId: number, name: string): Promise<Stand> {
  const { teamId } = await makeTeam(server, { name, connectionId });
  const made = await enrolledHost(server, { teamId, name: `mac-of-${name}`, person: "p@aldergate.example" });
  const { policyId } = await makePolicy(server, { teamId, name: `Policy of ${name}` });
  await makeVerdict(server, { hostId: made.hostId, accessState: "held", reasons: [{ code: "policy_failed", policyId }] });
  const causedAt = new Date(server.now().getTime() - 60_000);
  const { reportId } = await makeReport(server, { hostId: made.hostId, connectionId, state: "confirmed", compliant: false, causedAt });
  const { id } = await server.db.label.create({ data: { name: `Label of ${name}`, teamId, labelType: "regular", membershipType: "manual" } });
  await server.db.labelMembership.create({ data: { labelId: id, hostId: made.hostId } });
  await setPolicyResult(server, { hostId: made.hostId, policyId: everybodysPolicy, outcome: "fail" });
  await recordActivity(server, { type: "edited_team", teamId, details: { team_id: teamId, team_name: name } });
  return { teamId, hostId: made.hostId, serial: made.hardwareSerial, policyId, labelId: id, reportId };
}

beforeAll(async () => {
  server = { ...testServerContext(), now: () => new Date() };
  const { connectionId } = await makeConnection(server, { isDefault: true });
  everybodysPolicy = (await makePolicy(server, { teamId: null, name: "For everybody" })).policyId;
  own = await stand(connectionId, "Own");
  other = await stand(connectionId, "Other");
  await enrolledHost(server, { name: "mac-of-nobody" });
  const on = async (role: "admin" | "observer" | "gitops") => tokenFor(await testTeamUserContext([{ teamId: own.teamId, role }]));
  [admin, observer, gitops] = [await on("admin"), await on("observer"), await on("gitops")];
});

type Handler = Parameters<typeof callRoute>[0];
const at = (id: string | number) => ({ id: String(id) });

describe("what stands in another team is answered like what doesn't exist", () => {
  const single: [string, Handler, (of: Stand) => Omit<Parameters<typeof callRoute>[1] & object, "token">][] = [
    ["GET hosts/:id", host.GET, ({ hostId }) => ({ params: at(hostId) })],
    ["DELETE hosts/:id", host.DELETE, ({ hostId }) => ({ method: "DELETE", params: at(hostId) })],
    ["GET hosts/:id/access", hostAccess.GET, ({ hostId }) => ({ params: at(hostId) })],
    ["GET hosts/:id/compliance_reports", hostReports.GET, ({ hostId }) => ({ params: at(hostId) })],
    ["GET hosts/:id/device_mapping", mapping.GET, ({ hostId }) => ({ params: at(hostId) })],
    ["POST hosts/:id/labels", hostLabels.POST, ({ hostId }) => ({ params: at(hostId), body: { labels: ["Label of Own"] } })],
    ["POST hosts/:id/refetch", refetch.POST, ({ hostId }) => ({ method: "POST", params: at(hostId) })],
    ["POST hosts/:id/send_now", sendNow.POST, ({ hostId }) => ({ method: "POST", params: at(hostId) })],
    ["GET hosts/identifier/:identifier", byIdentifier.GET, ({ serial }) => ({ params: { identifier: serial } })],
    ["POST hosts/delete", deleteHosts.POST, ({ hostId }) => ({ body: { ids: [hostId] } })],
    ["POST hosts/transfer, the host", transfer.POST, ({ hostId }) => ({ body: { team_id: own.teamId, hosts: [hostId] } })],
    ["POST hosts/transfer, the team", transfer.POST, ({ teamId }) => ({ body: { team_id: teamId, hosts: [own.hostId] } })],
    ["GET labels/:label", label.GET, ({ labelId }) => ({ params: { label: String(labelId) } })],
    ["GET labels/:label/hosts", labelHosts.GET, ({ labelId }) => ({ params: { label: String(labelId) } })],
    ["PATCH labels/:label", label.PATCH, ({ labelId }) => ({ method: "PATCH", params: { label: String(labelId) }, body: { description: "d" } })],
    ["DELETE labels/id/:id", labelById.DELETE, ({ labelId }) => ({ method: "DELETE", params: at(labelId) })],
    ["GET teams/:id", team.GET, ({ teamId }) => ({ params: at(teamId) })],
    ["PATCH teams/:id", team.PATCH, ({ teamId }) => ({ method: "PATCH", params: at(teamId), body: { description: "d" } })],
    ["GET teams/:id/secrets", teamSecrets.GET, ({ teamId }) => ({ params: at(teamId) })],
    ["PATCH teams/:id/secrets", teamSecrets.PATCH, ({ teamId }) => ({ method: "PATCH", params: at(teamId), body: { secrets: [] } })],
    ["POST teams/:id/agent_options", agentOptions.POST, ({ teamId }) => ({ params: at(teamId), body: {} })],
    ["GET teams/:id/policies", teamPolicies.GET, ({ teamId }) => ({ params: at(teamId) })],
    ["POST teams/:id/policies", teamPolicies.POST, ({ teamId }) => ({ params: at(teamId), body: { name: "Taken", query: "SELECT 1;" } })],
    ["GET teams/:id/policies/count", teamPolicyCount.GET, ({ teamId }) => ({ params: at(teamId) })],
    ["POST teams/:id/policies/delete", deleteTeamPolicies.POST, ({ teamId, policyId }) => ({ params: at(teamId), body: { ids: [policyId] } })],
    ["GET teams/:id/policies/:policyId", teamPolicy.GET, ({ teamId, policyId }) => ({ params: { ...at(teamId), policyId: String(policyId) } })],
    ["GET teams/:id/policies/:policyId, one for all", teamPolicy.GET, ({ teamId }) => ({ params: { ...at(teamId), policyId: String(everybodysPolicy) } })],
    [
      "PATCH teams/:id/policies/:policyId",
      teamPolicy.PATCH,
      ({ policyId }) => ({ method: "PATCH", params: { ...at(own.teamId), policyId: String(policyId) }, body: { description: "d" } }),
    ],
    ["GET compliance_reports/:id", report.GET, ({ reportId }) => ({ params: at(reportId) })],
    ["POST compliance_reports/:id/retry", retry.POST, ({ reportId }) => ({ method: "POST", params: at(reportId) })],
    ["POST labels", labels.POST, ({ teamId }) => ({ body: { name: "Taken", team_id: teamId } })],
    ["GET labels of a team", labels.GET, ({ teamId }) => ({ query: `team_id=${teamId}` })],
    ["GET hosts of a team", hosts.GET, ({ teamId }) => ({ query: `team_id=${teamId}` })],
    ["GET hosts/count of a team", hostCount.GET, ({ teamId }) => ({ query: `team_id=${teamId}` })],
    ["GET host_summary of a team", summary.GET, ({ teamId }) => ({ query: `team_id=${teamId}` })],
    ["GET overview of a team", overview.GET, ({ teamId }) => ({ query: `team_id=${teamId}` })],
    ["GET activities of a team", activities.GET, ({ teamId }) => ({ query: `team_id=${teamId}` })],
  ];

  // What was asked for and the answer's own uuid are all that may differ.
  const plain = (body: unknown, of: Stand) =>
    Object.values(of).reduce<string>(
      (text, asked) => text.replaceAll(new RegExp(`(?<![\\w-])${asked}(?![\\w-])`, "g"), "what was asked for"),
      JSON.stringify(body, (key, value: unknown) => (key === "uuid" ? "" : value)),
    );

  test.each(single)("%s", async (_route, handler, call) => {
    const theirs = await callRoute(handler, { token: admin, ...call(other) });
    const nobodys = await callRoute(handler, { token: admin, ...call(missing) });
    expect([403, 404, 422]).toContain(theirs.status);
    expect(theirs.status).toBe(nobodys.status);
    expect(plain(theirs.body, other)).toBe(plain(nobodys.body, missing));
  });

  test("and nothing of it changed", async () => {
    expect(await server.db.host.count({ where: { teamId: other.teamId } })).toBe(1);
    expect(await server.db.host.count({ where: { teamId: own.teamId } })).toBe(1);
    expect((await server.db.host.findUniqueOrThrow({ where: { id: other.hostId } })).refetchRequestedAt).toBeNull();
    expect(await server.db.policy.findMany({ where: { teamId: other.teamId }, select: { description: true } })).toEqual([{ description: "" }]);
    expect(await server.db.label.count({ where: { teamId: other.teamId } })).toBe(1);
  });
});

describe("lists hold what the caller may see", () => {
  const get = async (handler: Handler, token: string, query = "") => (await callRoute(handler, { token, query })).body;
  const names = (list: unknown, key = "name") => (list as Record<string, unknown>[]).map((item) => item[key]);

  test("hosts, counts and figures", async () => {
    const listed = await get(hosts.GET, observer);
    expect(listed).toMatchObject({ count: 1, meta: { has_next_results: false } });
    expect(names(listed.hosts, "computer_name")).toEqual(["mac-of-Own"]);
    expect(await get(hosts.GET, observer, "per_page=1&page=1")).toMatchObject({ hosts: [], count: 1 });
    expect(await get(hostCount.GET, observer)).toMatchObject({ count: 1, access_states: { held: 1 } });
    expect(await get(summary.GET, observer)).toMatchObject({ totals_hosts_count: 1 });
    expect(await get(overview.GET, observer)).toMatchObject({ overview: { hosts: { total: 1, blocked: 1 }, connections: [] } });
    expect(await get(hosts.GET, await tokenOf("observer"))).toMatchObject({ count: 3 });
    expect((await callRoute(hosts.GET, { token: gitops })).status).toBe(403);
  });

  test("teams, labels, policies and activities", async () => {
    expect(names((await get(teams.GET, observer)).teams)).toEqual(["Own"]);
    expect(names((await get(labels.GET, observer)).labels).filter((name) => String(name).startsWith("Label of"))).toEqual(["Label of Own"]);
    const shared = (await get(policies.GET, observer)).policies as Record<string, unknown>[];
    expect(shared.find(({ id }) => id === everybodysPolicy)).toMatchObject({ failing_host_count: 1 });
    const done = (await get(activities.GET, observer, "activity_type=edited_team")).activities as { details: { team_name: string } }[];
    expect(done.map(({ details }) => details.team_name)).toEqual(["Own"]);
    expect(await get(config.GET, gitops)).not.toHaveProperty("agent_options");
  });

  test("one's own is read and changed as the role allows", async () => {
    expect((await callRoute(host.GET, { token: observer, params: at(own.hostId) })).status).toBe(200);
    expect((await callRoute(host.DELETE, { method: "DELETE", token: observer, params: at(own.hostId) })).status).toBe(403);
    expect((await callRoute(team.PATCH, { method: "PATCH", token: gitops, params: at(own.teamId), body: { description: "from files" } })).status).toBe(200);
    expect((await callRoute(team.PATCH, { method: "PATCH", token: observer, params: at(own.teamId), body: { description: "no" } })).status).toBe(403);
    expect((await callRoute(refetch.POST, { method: "POST", token: observer, params: at(own.hostId) })).status).toBe(200);
  });
});
