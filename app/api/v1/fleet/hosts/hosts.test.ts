import { beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { apiToken, callRoute, type RouteCall } from "@/lib/testing/call-api";
import { enrolledHost, makeConnection, makePolicy, makeReport, makeTeam, makeVerdict, setPolicyResult, type EnrolledHost } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import { POST as retryReport } from "../compliance_reports/[id]/retry/route";
import { GET as getReport } from "../compliance_reports/[id]/route";
import { GET as getSummary } from "../host_summary/route";
import { GET as getOverview } from "../overview/route";
import { GET as getAccess } from "./[id]/access/route";
import { GET as listReports } from "./[id]/compliance_reports/route";
import { GET as getMapping } from "./[id]/device_mapping/route";
import { DELETE as removeLabels, POST as addLabels } from "./[id]/labels/route";
import { POST as refetch } from "./[id]/refetch/route";
import { DELETE as deleteHost, GET as getHost } from "./[id]/route";
import { POST as sendNow } from "./[id]/send_now/route";
import { GET as countHosts } from "./count/route";
import { POST as deleteHosts } from "./delete/route";
import { GET as getByIdentifier } from "./identifier/[identifier]/route";
import { GET as listHosts } from "./route";
import { POST as transferByFilter } from "./transfer/filter/route";
import { POST as transferHosts } from "./transfer/route";

const now = () => new Date();
let ctx: Context;
let admin: string;
let observer: string;
let none: string;
let team: { teamId: number; name: string };
let other: { teamId: number };
let host: EnrolledHost;
let second: EnrolledHost;
let reportId: string;

beforeAll(async () => {
  ctx = { ...testServerContext(), now };
  [admin, observer, none] = await Promise.all([apiToken("admin"), apiToken("observer"), apiToken("none")]);
  const { connectionId } = await makeConnection(ctx, { isDefault: true });
  team = await makeTeam(ctx, { name: "Engineering", connectionId });
  other = await makeTeam(ctx, { name: "Design" });
  host = await enrolledHost(ctx, { teamId: team.teamId, name: "mbp-one", person: "one@example.test" });
  second = await enrolledHost(ctx, { name: "mbp-two", person: "two@example.test" });
  const policy = await makePolicy(ctx, { teamId: team.teamId, name: "Firewall is on" });
  await setPolicyResult(ctx, { hostId: host.hostId, policyId: policy.policyId, outcome: "fail" });
  const reasons = [{ code: "policy_failed", policyId: policy.policyId, policyName: "Firewall is on" }];
  const { transitionId } = await makeVerdict(ctx, { hostId: host.hostId, accessState: "held", reasons });
  ({ reportId } = await makeReport(ctx, {
    hostId: host.hostId,
    connectionId,
    state: "confirmed",
    compliant: false,
    transitionId,
    causedAt: new Date(now().getTime() - 60_000),
  }));
});

interface HostJson {
  id: number;
  [key: string]: unknown;
}

test("a host has at least the keys that clients read, with their types", async () => {
  const { status, body } = await callRoute<{ host: HostJson }>(getHost, { token: admin, params: { id: String(host.hostId) } });
  expect(status).toBe(200);
  const string = expect.any(String);
  const number = expect.any(Number);
  expect(body.host).toMatchObject({
    id: host.hostId,
    uuid: host.hardwareUuid,
    hostname: "mbp-one",
    computer_name: "mbp-one",
    display_name: "mbp-one",
    display_text: "mbp-one",
    platform: "darwin",
    platform_like: "darwin",
    os_version: "macOS 15.4.1",
    build: string,
    osquery_version: string,
    orbit_version: string,
    fleet_desktop_version: string,
    scripts_enabled: false,
    status: "online",
    seen_time: string,
    created_at: string,
    updated_at: string,
    detail_updated_at: string,
    label_updated_at: string,
    policy_updated_at: string,
    software_updated_at: string,
    last_enrolled_at: string,
    last_restarted_at: string,
    uptime: 93_600_000_000_000,
    hardware_vendor: "Apple Inc.",
    hardware_model: string,
    hardware_serial: host.hardwareSerial,
    hardware_version: string,
    cpu_brand: string,
    cpu_type: string,
    cpu_physical_cores: number,
    cpu_logical_cores: number,
    memory: 38_654_705_664,
    primary_ip: string,
    primary_mac: string,
    public_ip: string,
    gigs_disk_space_available: number,
    percent_disk_space_available: number,
    gigs_total_disk_space: number,
    team_id: team.teamId,
    team_name: "Engineering",
    fleet_id: team.teamId,
    fleet_name: "Engineering",
    refetch_requested: false,
    refetch_critical_queries_until: null,
    issues: { failing_policies_count: 1, critical_vulnerabilities_count: 0, total_issues_count: 1 },
    mdm: { enrollment_status: "On (manual)", server_url: string, connected_to_fleet: false, profiles: null },
    labels: [],
    policies: [{ name: "Firewall is on", response: "fail", conditional_access_enabled: true, type: "dynamic", team_id: team.teamId }],
    software: [],
    users: [],
    end_users: [{ idp_username: "one@example.test" }],
    packs: [],
    disk_encryption_enabled: true,
    conditional_access_bypassed: false,
    access: { state: "held", reasons: [{ code: "policy_failed", sentence: "“Firewall is on” fails." }] },
  });
});

test("a host without a team has null for its team", async () => {
  const { body } = await callRoute<{ host: HostJson }>(getHost, { token: admin, params: { id: String(second.hostId) } });
  expect(body.host).toMatchObject({ team_id: null, team_name: null, fleet_id: null, policies: [] });
});

describe("the list", () => {
  const ids = async (query: string) => (await callRoute<{ hosts: HostJson[] }>(listHosts, { token: observer, query })).body.hosts.map(({ id }) => id);

  test("takes Fleet's filters and ours, under both names", async () => {
    expect(await ids("")).toEqual([host.hostId, second.hostId]);
    expect(await ids(`team_id=${team.teamId}`)).toEqual([host.hostId]);
    expect(await ids(`fleet_id=${team.teamId}`)).toEqual([host.hostId]);
    expect(await ids("team_id=0")).toEqual([second.hostId]);
    expect(await ids("query=two@example")).toEqual([second.hostId]);
    expect(await ids("access_state=held")).toEqual([host.hostId]);
    expect(await ids("status=new&order_key=display_name&order_direction=desc")).toEqual([second.hostId, host.hostId]);
    const policy = await ctx.db.policy.findFirstOrThrow();
    expect(await ids(`policy_id=${policy.id}&policy_response=failing`)).toEqual([host.hostId]);
    expect(await ids(`policy_id=${policy.id}&policy_response=passing`)).toEqual([]);
  });

  test("pages and says whether there is more", async () => {
    const { body } = await callRoute(listHosts, { token: observer, query: "per_page=1&page=0&order_key=id" });
    expect(body).toMatchObject({ count: 2, meta: { has_next_results: true, has_previous_results: false } });
    expect(await ids(`order_key=id&after=${host.hostId}`)).toEqual([second.hostId]);
  });

  test("counts with the same filters", async () => {
    const { body } = await callRoute(countHosts, { token: observer, query: "access_state=held" });
    expect(body).toEqual({ count: 1, access_states: { held: 1, unsure: 1, loose: 0, in: 0 } });
  });

  test.each([
    "per_page=0",
    "page=-1",
    "order_key=password",
    "order_direction=asc",
    "after=3",
    "team_id=x",
    "status=broken",
    "policy_response=failing",
    "software_title_id=3",
    "access_state=blocked",
  ])("answers 400 to %s", async (query) => {
    const { status, body } = await callRoute(listHosts, { token: observer, query });
    expect(status).toBe(400);
    expect(body).toMatchObject({ message: "Bad request", code: "bad_parameter", errors: [{ name: "base" }] });
  });
});

test("a host is found by serial, UUID and name; an unknown one is a 404", async () => {
  for (const identifier of [host.hardwareSerial, host.hardwareUuid, "mbp-one"]) {
    const { body } = await callRoute<{ host: HostJson }>(getByIdentifier, { token: observer, params: { identifier } });
    expect(body.host.id).toBe(host.hostId);
  }
  expect((await callRoute(getByIdentifier, { token: observer, params: { identifier: "nobody" } })).status).toBe(404);
});

test("the summary counts hosts per platform and status", async () => {
  const { body } = await callRoute(getSummary, { token: observer });
  expect(body).toMatchObject({
    totals_hosts_count: 2,
    online_count: 2,
    offline_count: 0,
    mia_count: 0,
    new_count: 2,
    all_linux_count: 0,
    platforms: [{ platform: "darwin", hosts_count: 2 }],
  });
});

test("the access answer carries reasons, the four steps and the timeline", async () => {
  const { body } = await callRoute<{ access: { steps: { title: string }[] }; timeline: { sentence: string }[] }>(getAccess, {
    token: observer,
    params: { id: String(host.hostId) },
  });
  expect(body.access).toMatchObject({ state: "held", managed: true, decision: "not_compliant", reasons: [{ sentence: "“Firewall is on” fails." }] });
  expect(body.access.steps.map(({ title }) => title)).toEqual(["We decided", "We sent", "Microsoft", "Entra says"]);
  expect(body.timeline).toHaveLength(5);
});

test("a host's reports and one report with its events", async () => {
  const list = await callRoute(listReports, { token: observer, params: { id: String(host.hostId) } });
  expect(list.body).toMatchObject({ count: 1, compliance_reports: [{ id: reportId, state: "confirmed", compliant: false, host_id: host.hostId }] });
  const one = await callRoute<{ compliance_report: { events: unknown[] } }>(getReport, { token: observer, params: { id: reportId } });
  expect(one.body.compliance_report.events).toHaveLength(4);
});

test("device mapping and the overview", async () => {
  const mapping = await callRoute(getMapping, { token: observer, params: { id: String(host.hostId) } });
  expect(mapping.body).toEqual({ host_id: host.hostId, device_mapping: [{ email: "one@example.test", source: "entra_registration" }] });
  const overview = await callRoute(getOverview, { token: observer });
  expect(overview.body).toMatchObject({
    overview: { hosts: { total: 2, blocked: 1, unknown: 1 }, cause_to_accepted: { accepted: 1, p50_ms: 3100, p99_ms: 3100 } },
  });
});

test("refetch marks the host", async () => {
  expect(await callRoute(refetch, { token: observer, method: "POST", params: { id: String(host.hostId) } })).toMatchObject({ status: 200, body: {} });
  const { body } = await callRoute<{ host: HostJson }>(getHost, { token: observer, params: { id: String(host.hostId) } });
  expect(body.host.refetch_requested).toBe(true);
});

test("labels are added and taken away by name, manual ones only", async () => {
  await ctx.db.label.create({ data: { name: "Loaners", membershipType: "manual" } });
  const call = (labels: string[]): RouteCall => ({ token: admin, method: "POST", params: { id: String(host.hostId) }, body: { labels } });
  expect((await callRoute(addLabels, call(["Loaners"]))).status).toBe(200);
  expect(await ctx.db.labelMembership.count({ where: { hostId: host.hostId } })).toBe(1);
  expect((await callRoute(removeLabels, { ...call(["Loaners"]), method: "DELETE" })).status).toBe(200);
  expect(await ctx.db.labelMembership.count({ where: { hostId: host.hostId } })).toBe(0);
  expect(await callRoute(addLabels, call(["macOS"]))).toMatchObject({ status: 422, body: { errors: [{ name: "labels" }] } });
  expect((await callRoute(addLabels, call([]))).status).toBe(422);
});

test("hosts are moved by id and by filter, to a team and to none", async () => {
  const teamOf = async () => (await ctx.db.host.findUniqueOrThrow({ where: { id: second.hostId } })).teamId;
  expect((await callRoute(transferHosts, { token: admin, body: { fleet_id: other.teamId, hosts: [second.hostId] } })).status).toBe(200);
  expect(await teamOf()).toBe(other.teamId);
  expect((await callRoute(transferByFilter, { token: admin, body: { team_id: null, filters: { query: "mbp-two" } } })).status).toBe(200);
  expect(await teamOf()).toBe(0);
  expect(await callRoute(transferHosts, { token: admin, body: { team_id: 9999, hosts: [second.hostId] } })).toMatchObject({
    status: 422,
    body: { errors: [{ name: "team_id" }] },
  });
  expect((await callRoute(transferHosts, { token: admin, body: { team_id: 0, hosts: [9999] } })).status).toBe(404);
  const both = { team_id: null, filters: { label_id: 1, status: "online" } };
  expect(await callRoute(transferByFilter, { token: admin, body: both })).toMatchObject({ status: 400, body: { code: "bad_filters" } });
});

test("hosts are deleted one by one, by ids or by a filter, never by nothing", async () => {
  const [one, two, three] = [
    await enrolledHost(ctx, { name: "del-1" }),
    await enrolledHost(ctx, { name: "del-2" }),
    await enrolledHost(ctx, { name: "del-3" }),
  ];
  expect((await callRoute(deleteHost, { token: admin, method: "DELETE", params: { id: String(one.hostId) } })).status).toBe(200);
  expect((await callRoute(deleteHosts, { token: admin, body: { ids: [two.hostId] } })).status).toBe(200);
  expect((await callRoute(deleteHosts, { token: admin, body: { filters: { query: "del-" } } })).status).toBe(200);
  expect(await ctx.db.host.count({ where: { id: { in: [one.hostId, two.hostId, three.hostId] } } })).toBe(0);
  for (const body of [{}, { ids: [] }, { ids: [second.hostId], filters: {} }]) expect((await callRoute(deleteHosts, { token: admin, body })).status).toBe(422);
  expect((await callRoute(deleteHosts, { token: admin, body: { ids: [second.hostId], all: true } })).status).toBe(400);
  expect((await callRoute(deleteHosts, { token: admin, body: "{" })).status).toBe(400);
  expect(await ctx.db.host.count({ where: { id: second.hostId } })).toBe(1);
});

test("send now answers with the report that carries it, or says why there is nothing to send", async () => {
  const call = (hostId: number): RouteCall => ({ token: admin, method: "POST", params: { id: String(hostId) } });
  const sent = await callRoute<{ compliance_report_id: string }>(sendNow, call(host.hostId));
  expect(sent.status).toBe(202);
  const one = await callRoute(getReport, { token: admin, params: { id: sent.body.compliance_report_id } });
  expect(one.body).toMatchObject({ compliance_report: { host_id: host.hostId, state: "queued", compliant: false } });
  const unknown = await enrolledHost(ctx, { name: "unregistered", deviceId: null });
  expect(await callRoute(sendNow, call(unknown.hostId))).toMatchObject({ status: 409, body: { code: "nothing_to_send" } });
});

test("a report that rests is tried again; one that has ended isn't", async () => {
  const call = (id: string): RouteCall => ({ token: admin, method: "POST", params: { id } });
  const [waiting] = await ctx.db.complianceReport.findMany({ where: { hostId: host.hostId, state: "queued" } });
  expect((await callRoute(retryReport, call(waiting?.id ?? ""))).status).toBe(202);
  expect(await callRoute(retryReport, call(reportId))).toMatchObject({ status: 409, body: { code: "report_not_waiting" } });
  expect((await callRoute(retryReport, call("00000000-0000-4000-8000-00000000000f"))).status).toBe(404);
  expect((await callRoute(retryReport, { ...call(reportId), token: undefined })).status).toBe(401);
  expect((await callRoute(retryReport, { ...call(reportId), token: observer })).status).toBe(403);
});

type Handler = Parameters<typeof callRoute>[0];

describe("who may not", () => {
  const reading: [string, Handler, RouteCall][] = [
    ["GET hosts", listHosts, {}],
    ["GET hosts/count", countHosts, {}],
    ["GET hosts/:id", getHost, { params: { id: "1" } }],
    ["GET hosts/identifier/:identifier", getByIdentifier, { params: { identifier: "mbp-one" } }],
    ["GET hosts/:id/device_mapping", getMapping, { params: { id: "1" } }],
    ["GET hosts/:id/compliance_reports", listReports, { params: { id: "1" } }],
    ["GET hosts/:id/access", getAccess, { params: { id: "1" } }],
    ["GET host_summary", getSummary, {}],
    ["GET overview", getOverview, {}],
    ["GET compliance_reports/:id", getReport, { params: { id: "00000000-0000-4000-8000-000000000000" } }],
    ["POST hosts/:id/refetch", refetch, { method: "POST", params: { id: "1" } }],
  ];
  const writing: [string, Handler, RouteCall][] = [
    ["POST hosts/:id/send_now", sendNow, { method: "POST", params: { id: "1" } }],
    ["DELETE hosts/:id", deleteHost, { method: "DELETE", params: { id: "1" } }],
    ["POST hosts/delete", deleteHosts, { body: { ids: [1] } }],
    ["POST hosts/transfer", transferHosts, { body: { team_id: null, hosts: [1] } }],
    ["POST hosts/transfer/filter", transferByFilter, { body: { team_id: null, filters: {} } }],
    ["POST hosts/:id/labels", addLabels, { params: { id: "1" }, body: { labels: ["x"] } }],
    ["DELETE hosts/:id/labels", removeLabels, { method: "DELETE", params: { id: "1" }, body: { labels: ["x"] } }],
  ];

  test.each([...reading, ...writing])("%s is 401 without a token and 403 without a role", async (_name, route, call) => {
    expect((await callRoute(route, call)).status).toBe(401);
    expect((await callRoute(route, { ...call, token: "wrong" })).status).toBe(401);
    expect(await callRoute(route, { ...call, token: none })).toMatchObject({ status: 403, body: { message: "Permission Denied" } });
  });

  test.each(writing)("%s is 403 for an observer", async (_name, route, call) => {
    expect((await callRoute(route, { ...call, token: observer })).status).toBe(403);
  });

  test.each([...reading, ...writing].filter(([, , { params }]) => params?.id))(
    "%s is 404 for an id that doesn't exist or isn't one",
    async (_name, route, call) => {
      const unknown = call.params?.id?.includes("-") ? "00000000-0000-4000-8000-00000000000f" : "999999";
      expect((await callRoute(route, { ...call, token: admin, params: { id: unknown } })).status).toBe(404);
      expect((await callRoute(route, { ...call, token: admin, params: { id: "x" } })).status).toBe(404);
    },
  );
});
