import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { closeDatabase } from "@/lib/db/prisma";
import { env, resetEnv } from "@/lib/env";
import { hashToken } from "@/lib/secret-box";
import { answerAll, enrolledAgent, macDetails, makeEnrollSecret, type TestAgent } from "@/lib/testing/agent-scenario";
import { routeWayIn, socketWayIn, type AgentReply, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";
import { readHostDetails, readIdentity } from "./read-host-details";
import { logCounts } from "./take-logs";

const clock = testClock();
let ctx: Context;
const waysIn: Record<string, AgentWayIn> = { route: routeWayIn(clock) };

beforeAll(async () => {
  ctx = testServerContext(clock);
  waysIn.socket = await socketWayIn(clock);
  await startAgentCaches();
});
afterAll(async () => {
  await stopAgentCaches();
  await waysIn.socket?.close();
});

const uuid = () => crypto.randomUUID().toUpperCase();
const capabilities = "orbit_endpoints,token_rotation,end_user_email";
const identityQuery = "fleet_detail_query_conditional_access_microsoft_device_id";
const unauthenticated = { message: "Authentication required", errors: [{ name: "base", reason: "Authentication required" }], uuid: "" };
const emptyRead = '{"queries":{},"discovery":{}}';

const hostOf = (agent: { hostId: number }) => ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId }, include: { entraIdentity: true } });
const resultsOf = async (agent: { hostId: number }) =>
  Object.fromEntries((await ctx.db.policyResult.findMany({ where: { hostId: agent.hostId } })).map((row) => [row.policyId, row.outcome]));
/** Three gated policies for macOS in a team of their own, as the examples have them. */
async function threePolicies() {
  const { teamId } = await makeTeam(ctx);
  const [a, b, c] = [await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId })];
  const label = await ctx.db.label.create({ data: { name: `Label ${teamId}`, query: "SELECT 1 FROM apps;", teamId, platform: "darwin" } });
  return { teamId, p21: a.policyId, p22: b.policyId, p23: c.policyId, label: label.id, secret: await makeEnrollSecret(ctx, teamId) };
}

/** The body of TV-11 for this host's own ids. */
function mixedOutcomes(ids: { p21: number; p22: number; p23: number; label: number }, deviceId: string) {
  const answers = {
    fleet_detail_query_os_version: [macDetails("", "").os_version],
    fleet_detail_query_mdm: [
      { enrolled: "true", server_url: "https://mdm.example.test/checkin?ref=abc", installed_from_dep: "true", payload_identifier: "test.example.mdm" },
    ],
    [identityQuery]: [{ device_id: deviceId, user_principal_name: "dana@example.test" }],
    [`fleet_label_query_${ids.label}`]: [{ "1": "1" }],
    [`fleet_policy_query_${ids.p21}`]: [{ "1": "1" }],
    [`fleet_policy_query_${ids.p22}`]: [],
    [`fleet_policy_query_${ids.p23}`]: [],
    fleet_distributed_query_305: [{ username: "dana" }],
  };
  const broken = `fleet_policy_query_${ids.p23}`;
  return {
    queries: answers,
    statuses: Object.fromEntries(Object.keys(answers).map((name) => [name, name === broken ? 1 : 0])),
    messages: Object.fromEntries(Object.keys(answers).map((name) => [name, name === broken ? "no such table: alf_typo" : ""])),
    stats: { [`fleet_policy_query_${ids.p21}`]: { wall_time_ms: 11, user_time: 3, system_time: 2, memory: 4096 }, [`fleet_policy_query_${ids.p22}`]: {} },
  };
}

describe.each(["socket", "route"])("by %s", (name) => {
  const send: AgentWayIn["send"] = (...given) => (waysIn[name] as AgentWayIn).send(...given);
  const enrol = (options?: Parameters<typeof enrolledAgent>[2]) => enrolledAgent(ctx, waysIn[name] as AgentWayIn, options);

  async function enrolOrbit(body: Record<string, unknown> = {}) {
    const secret = await makeEnrollSecret(ctx);
    const hardware_uuid = uuid();
    const sent = {
      enroll_secret: secret,
      hardware_uuid,
      hardware_serial: `SER${hardware_uuid.slice(0, 8)}`,
      hostname: "mbp-dana.example.test",
      platform: "darwin",
      platform_like: "darwin",
      osquery_identifier: "",
      computer_name: "Dana's MacBook Pro",
      hardware_model: "Mac15,6",
      ...body,
    };
    const reply = await send("POST", "/api/fleet/orbit/enroll", sent);
    return { reply, key: String(reply.json.orbit_node_key), sent };
  }
  const orbit = (path: string, body: object, method = "POST") => send(method, `/api/fleet/orbit/${path}`, body);

  /** A host with both agents and a device token. */
  async function withToken() {
    const { key, sent } = await enrolOrbit();
    const agent = await enrol({ secret: sent.enroll_secret, identifier: sent.hardware_uuid });
    const token = crypto.randomUUID();
    expect((await orbit("device_token", { orbit_node_key: key, device_auth_token: token })).status).toBe(200);
    return { agent, key, token };
  }

  test("TV-01 osquery enroll, macOS: a node key, and the columns that it named", async () => {
    const agent = await enrol({ details: macDetails("TESTSER0001", uuid()) });
    expect(agent.nodeKey).toMatch(/^\S{32}$/);
    expect(await hostOf(agent)).toMatchObject({
      platform: "darwin",
      osName: "macOS",
      osVersion: "15.5",
      osBuild: "24F74",
      arch: "arm64e",
      hostname: "mbp-dana.example.test",
      computerName: "Dana's MacBook Pro",
      hardwareSerial: "TESTSER0001",
      memoryBytes: 38654705664n,
      cpuPhysicalCores: 12,
      osqueryVersion: "5.23.1",
      nodeKeyHash: hashToken(agent.nodeKey),
    });
  });

  test("TV-02 enroll with a bad secret: 401 and node_invalid", async () => {
    const reply = await send("POST", "/api/osquery/enroll", { enroll_secret: "wrong", host_identifier: "x" });
    expect(reply).toMatchObject({ status: 401, json: { error: "enroll failed: invalid secret", node_invalid: true, uuid: "" } });
  });

  test("TV-03 enroll with the bare minimum: no platform, accelerated, platform-neutral details only, asked again when the platform is known", async () => {
    const agent = await enrol({ identifier: `lab-host-${uuid()}`, details: null });
    const first = await agent.read();
    expect(first.json.accelerate).toBe(10);
    const details = (reply: { queries: Record<string, string> }) => Object.keys(reply.queries).filter((query) => query.includes("_detail_"));
    expect(details(first)).toEqual(["fleet_detail_query_system_info", "fleet_detail_query_os_version", "fleet_detail_query_osquery_info"]);
    await agent.write(answerAll(first.queries, { fleet_detail_query_os_version: [macDetails("", "").os_version] }));
    expect(details(await agent.read())).toContain("fleet_detail_query_mdm");
  });

  test("TV-04 enroll, Linux, Windows and a bad serial", async () => {
    const linux = await enrol({
      details: {
        os_version: {
          name: "Ubuntu",
          version: "22.04.5 LTS (Jammy Jellyfish)",
          major: "22",
          minor: "4",
          platform: "ubuntu",
          platform_like: "debian",
          codename: "jammy",
        },
      },
    });
    expect(await hostOf(linux)).toMatchObject({ platform: "ubuntu", platformLike: "debian", osVersion: "22.04.5 LTS (Jammy Jellyfish)", codeName: "jammy" });
    const windows = await enrol({
      details: { os_version: { name: "Microsoft Windows 11 Pro", version: "10.0.26100", build: "26100", platform: "windows", platform_like: "windows" } },
    });
    expect(await hostOf(windows)).toMatchObject({ platform: "windows", osName: "Windows 11 Pro", osVersion: "10.0.26100" });
    const badSerial = await enrol({ details: { system_info: { hostname: "vm-3", uuid: uuid(), hardware_serial: "-1", physical_memory: "" } } });
    expect(await hostOf(badSerial)).toMatchObject({ hostname: "vm-3", hardwareSerial: "", memoryBytes: 0n });
  });

  test("TV-05 config: the agent options at top level, and their intervals on the host", async () => {
    const agent = await enrol();
    const reply = await agent.call("config");
    expect(reply).toMatchObject({ status: 200, json: { options: { distributed_interval: 10, pack_delimiter: "/" }, decorators: { load: expect.any(Array) } } });
    await ctx.db.organisation.update({
      where: { id: 1 },
      data: {
        agentOptions: {
          config: { options: { distributed_interval: 20, logger_tls_period: 30, config_refresh: 90 } },
          overrides: { platforms: { windows: { options: { distributed_interval: 40 } } } },
        },
      },
    });
    await expect
      .poll(async () => (await agent.call("config")).json)
      .toEqual({ options: { distributed_interval: 20, logger_tls_period: 30, config_refresh: 90 } });
    expect(await hostOf(agent)).toMatchObject({ distributedIntervalSeconds: 20, loggerPeriodSeconds: 30, configRefreshSeconds: 90 });
    const windows = await enrol({ details: { os_version: { name: "Microsoft Windows 11 Pro", version: "10.0.26100", platform: "windows" } } });
    expect((await windows.call("config")).json).toEqual({ options: { distributed_interval: 40 } });
    await ctx.db.organisation.update({
      where: { id: 1 },
      data: { agentOptions: { config: { options: { distributed_interval: 10, pack_delimiter: "/" }, decorators: { load: [] } } } },
    });
  });

  test("TV-06 config with an unknown key: 401 and node_invalid", async () => {
    for (const node_key of ["nobody-has-this-key", "", undefined, 17]) {
      const reply = await send("POST", "/api/osquery/config", { node_key });
      expect(reply).toMatchObject({ status: 401, json: { error: "authentication error: invalid node key", node_invalid: true, uuid: "" } });
    }
  });

  test("TV-07 database down: 503 on every osquery call, without node_invalid", async () => {
    const agent = await enrol();
    const good = env().DATABASE_URL;
    await stopAgentCaches();
    await closeDatabase();
    process.env.DATABASE_URL = "postgresql://nobody@127.0.0.1:9/nothing";
    resetEnv();
    try {
      const calls: Promise<AgentReply>[] = ["config", "distributed/read", "distributed/write", "log"].map((path) => agent.call(path));
      calls.push(send("POST", "/api/osquery/enroll", { enroll_secret: "x", host_identifier: "y" }));
      for (const reply of await Promise.all(calls)) {
        expect(reply).toMatchObject({ status: 503, json: { error: "temporarily unavailable", uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
        expect(reply.json).not.toHaveProperty("node_invalid");
      }
    } finally {
      await closeDatabase();
      process.env.DATABASE_URL = good;
      resetEnv();
      ctx = testServerContext(clock);
      await startAgentCaches();
    }
    expect((await agent.call("config")).status).toBe(200);
  });

  test("TV-08 empty distributed read", async () => {
    const agent = await enrol();
    await agent.write(answerAll((await agent.read()).queries, { fleet_detail_query_os_version: [macDetails("", "").os_version] }));
    const reply = await agent.read();
    expect(reply).toMatchObject({ status: 200, text: emptyRead });
  });

  test("TV-09 distributed read with work: details, labels, policies, their discovery, and accelerate for a blocked host", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    const first = await agent.read();
    const names = ["fleet_detail_query_os_version", "fleet_detail_query_mdm", identityQuery, `fleet_label_query_${ids.label}`, `fleet_policy_query_${ids.p21}`];
    expect(Object.keys(first.queries)).toEqual(expect.arrayContaining(names));
    expect(first.discovery).toMatchObject({
      fleet_detail_query_os_version: "SELECT 1",
      fleet_detail_query_mdm: "SELECT 1 FROM osquery_registry WHERE active = 1 AND registry = 'table' AND name = 'mdm'",
      [identityQuery]: "SELECT 1 FROM osquery_registry WHERE active = 1 AND registry = 'table' AND name = 'app_sso_platform'",
      [`fleet_policy_query_${ids.p21}`]: "SELECT 1",
    });
    expect(first.json).not.toHaveProperty("accelerate");
    await agent.call("distributed/write", mixedOutcomes(ids, crypto.randomUUID()));
    expect((await agent.read()).json).toMatchObject({ accelerate: 10, queries: { [`fleet_policy_query_${ids.p22}`]: expect.any(String) } });
  });

  test("TV-10 no policies apply: the wildcard", async () => {
    const agent = await enrol();
    const { queries, discovery } = await agent.read();
    expect(queries.fleet_no_policies_wildcard).toBe("SELECT 1");
    expect(discovery.fleet_no_policies_wildcard).toBe("SELECT 1");
  });

  test("TV-11 distributed write, mixed outcomes: pass, fail, unknown, label, MDM, identity, verdict", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    const deviceId = crypto.randomUUID();
    await agent.read();
    expect(await agent.call("distributed/write", mixedOutcomes(ids, deviceId))).toMatchObject({ status: 200, text: "{}" });
    expect(await resultsOf(agent)).toEqual({ [ids.p21]: "pass", [ids.p22]: "fail", [ids.p23]: "unknown" });
    expect((await ctx.db.policyResult.findFirst({ where: { hostId: agent.hostId, policyId: ids.p23 } }))?.message).toBe("no such table: alf_typo");
    expect(await ctx.db.labelMembership.count({ where: { hostId: agent.hostId, labelId: ids.label } })).toBe(1);
    expect(await hostOf(agent)).toMatchObject({
      mdmState: "on",
      mdmServerUrl: "https://mdm.example.test/checkin",
      mdmInstalledFromDep: true,
      entraIdentity: { deviceId, userPrincipalName: "dana@example.test", state: "registered" },
    });
    expect(await ctx.db.hostCompliance.findUnique({ where: { hostId: agent.hostId } })).toMatchObject({
      managed: true,
      decision: "not_compliant",
      accessState: "held",
    });
    expect(await ctx.db.activity.count({ where: { hostId: agent.hostId, type: "host_entra_identity_changed" } })).toBe(1);
  });

  test("TV-12 distributed write of an old agent: string statuses, empty string for no rows", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    const reply = await agent.call("distributed/write", {
      queries: { [`fleet_label_query_${ids.label}`]: "", [`fleet_policy_query_${ids.p21}`]: [{ "1": "1" }] },
      statuses: { [`fleet_label_query_${ids.label}`]: "0", [`fleet_policy_query_${ids.p21}`]: "0" },
    });
    expect(reply).toMatchObject({ status: 200, text: "{}" });
    expect(await ctx.db.labelMembership.count({ where: { hostId: agent.hostId, labelId: ids.label } })).toBe(0);
    expect((await resultsOf(agent))[ids.p21]).toBe("pass");
  });

  test("TV-13 forged and malformed content: 200, and nothing of another's is touched", async () => {
    const ids = await threePolicies();
    const others = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    const reply = await agent.call("distributed/write", {
      queries: {
        [`fleet_policy_query_${others.p21}`]: [{ "1": "1" }],
        fleet_policy_query_99999999: [{ "1": "1" }],
        fleet_policy_query_abc: [],
        unknown_prefix_7: [{ x: "y" }],
        [`fleet_policy_query_${ids.p21}`]: null,
        [`fleet_policy_query_${ids.p22}`]: [{ "1": "1" }],
      },
      statuses: { fleet_policy_query_99999999: 0, fleet_policy_query_abc: 0, [`fleet_policy_query_${ids.p21}`]: 0 },
      messages: {},
      stats: {},
    });
    expect(reply).toMatchObject({ status: 200, text: "{}" });
    // null can neither pass nor fail; what was left out of an answer about the rest is unknown.
    expect(await resultsOf(agent)).toEqual({ [ids.p21]: "unknown", [ids.p22]: "pass", [ids.p23]: "unknown" });
  });

  test("TV-14 wildcard answer: the time of policies moves and old results go", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    await agent.call("distributed/write", mixedOutcomes(ids, crypto.randomUUID()));
    await ctx.db.policy.deleteMany({ where: { teamId: ids.teamId, id: { not: ids.p21 } } });
    await ctx.db.policy.update({ where: { id: ids.p21 }, data: { platform: "windows" } });
    await ctx.db.host.update({ where: { id: agent.hostId }, data: { refetchRequestedAt: ctx.now() } });
    await expect.poll(async () => Object.keys((await agent.read()).queries)).toContain("fleet_no_policies_wildcard");
    clock.advance(1000);
    const reply = await agent.call("distributed/write", {
      queries: { fleet_no_policies_wildcard: [{ "1": "1" }] },
      statuses: { fleet_no_policies_wildcard: 0 },
      messages: { fleet_no_policies_wildcard: "" },
      stats: { fleet_no_policies_wildcard: {} },
    });
    expect(reply).toMatchObject({ status: 200, text: "{}" });
    expect((await hostOf(agent)).policyUpdatedAt).toEqual(ctx.now());
    expect(await resultsOf(agent)).toEqual({});
  });

  test("TV-15 denylisted query: unknown, with the agent's words", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    const query = `fleet_policy_query_${ids.p21}`;
    await agent.call("distributed/write", {
      queries: { [query]: [] },
      statuses: { [query]: 1 },
      messages: { [query]: "distributed query is denylisted" },
      stats: { [query]: {} },
    });
    expect(await ctx.db.policyResult.findFirst({ where: { hostId: agent.hostId, policyId: ids.p21 } })).toMatchObject({
      outcome: "unknown",
      message: "distributed query is denylisted",
    });
  });

  test("TV-16 app_sso_platform: not registered, device only, registered", async () => {
    const { secret } = await threePolicies();
    const agent = await enrol({ secret });
    const deviceId = crypto.randomUUID();
    const say = async (rows: object[]) => {
      await agent.write({ [identityQuery]: rows });
      return (await hostOf(agent)).entraIdentity;
    };
    expect(await say([])).toBeNull();
    expect(await say([{ device_id: deviceId, user_principal_name: "" }])).toMatchObject({ deviceId, userPrincipalName: "", state: "device_only" });
    expect(await say([{ device_id: deviceId.toUpperCase(), user_principal_name: "dana@example.test" }])).toMatchObject({
      deviceId,
      userPrincipalName: "dana@example.test",
      state: "registered",
    });
    // Whoever sits at the console next doesn't make the person unknown.
    expect(await say([{ device_id: deviceId, user_principal_name: "" }])).toMatchObject({ userPrincipalName: "dana@example.test", state: "registered" });
    expect(await say([])).toMatchObject({ state: "registered", emptyAnswers: 1 });
    await say([]);
    expect(await say([])).toMatchObject({ deviceId, userPrincipalName: "dana@example.test", state: "not_registered" });
    expect(await say([{ device_id: "not-a-device" }])).toMatchObject({ deviceId, state: "not_registered" });
    const other = crypto.randomUUID();
    expect(await say([{ device_id: other, user_principal_name: "" }])).toMatchObject({ deviceId: other, userPrincipalName: "", state: "device_only" });
  });

  test("TV-17 mdm variants, as a Mac and as Windows report them", async () => {
    const mac = await enrol();
    const say = async (agent: TestAgent, query: string, row: object) => {
      await agent.write({ [`fleet_detail_query_${query}`]: [row] });
      const { mdmState, mdmServerUrl, mdmInstalledFromDep } = await hostOf(agent);
      return { mdmState, mdmServerUrl, mdmInstalledFromDep };
    };
    const macOff = { enrolled: "false", server_url: "", installed_from_dep: "false", payload_identifier: "" };
    const macManual = { enrolled: "true", server_url: "https://mdm.example.test/mdm", installed_from_dep: "false", payload_identifier: "test.example.mdm" };
    expect(await say(mac, "mdm", macManual)).toEqual({ mdmState: "on", mdmServerUrl: "https://mdm.example.test/mdm", mdmInstalledFromDep: false });
    expect(await say(mac, "mdm", { ...macManual, enrolled: "" })).toMatchObject({ mdmState: "on" });
    expect(await say(mac, "mdm", macOff)).toEqual({ mdmState: "off", mdmServerUrl: "", mdmInstalledFromDep: false });
    const windows = await enrol({ details: { os_version: { name: "Microsoft Windows 11 Pro", version: "10.0.26100", platform: "windows" } } });
    const on = {
      aad_resource_id: "https://mdm.example.test/",
      discovery_service_url: "https://mdm.example.test/discovery.svc",
      provider_id: "ExampleMDM",
      installation_type: "Client",
    };
    expect(await say(windows, "mdm_windows", on)).toEqual({
      mdmState: "on",
      mdmServerUrl: "https://mdm.example.test/discovery.svc",
      mdmInstalledFromDep: true,
    });
    const off = { aad_resource_id: "", discovery_service_url: "", provider_id: "", installation_type: "Server" };
    expect(await say(windows, "mdm_windows", off)).toMatchObject({ mdmState: "off", mdmServerUrl: "" });
  });

  test("TV-18 software rows are taken and the rest of the write is kept", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    const software = [{ name: "Company Portal.app", version: "5.2504.0", bundle_identifier: "com.microsoft.CompanyPortalMac", source: "apps" }];
    expect((await agent.write({ fleet_detail_query_software_macos: software, [`fleet_policy_query_${ids.p21}`]: [{ "1": "1" }] })).text).toBe("{}");
    expect((await resultsOf(agent))[ids.p21]).toBe("pass");
  });

  test("TV-19 log, result lines of every form, odd types included", async () => {
    const agent = await enrol();
    const before = logCounts().result;
    const data = [
      { name: "pack/team-4/listeners", unixTime: 1770001445, epoch: 0, counter: 0, columns: { pid: "88" }, action: "added" },
      { diffResults: { removed: "", added: [{ pid: "91" }] }, name: "pack/team-4/listeners", unixTime: "1770002345", epoch: "0", counter: "1" },
      { snapshot: [{ vendor: "Example" }], action: "snapshot", name: "pack/Global/usb" },
      { snapshot: [], action: "snapshot", name: "pack/Global/usb" },
    ];
    expect(await agent.call("log", { data, log_type: "result" })).toMatchObject({ status: 200, text: "{}" });
    expect(logCounts().result).toBe(before + 4);
  });

  test("TV-20 log, status, plain and as gzip; an unknown log type is taken too", async () => {
    const agent = await enrol();
    const body = { data: [{ severity: 1, filename: "distributed.cpp", line: 230, message: "example warning" }], log_type: "status", node_key: agent.nodeKey };
    expect(await send("POST", "/api/osquery/log", body)).toMatchObject({ status: 200, text: "{}" });
    expect(await send("POST", "/api/osquery/log", gzipSync(JSON.stringify(body)), { "content-encoding": "gzip" })).toMatchObject({ status: 200, text: "{}" });
    expect(await agent.call("log", { data: "nonsense", log_type: "weather" })).toMatchObject({ status: 200, text: "{}" });
  });

  test("TV-21 a log batch that can't be taken says `error`, so that the agent keeps its lines", async () => {
    const reply = await send("POST", "/api/osquery/log", Buffer.alloc(10 * 1024 * 1024 + 1, 32));
    expect(reply.status).toBe(413);
    expect(reply.json.error).toEqual(expect.stringContaining("too large"));
  });

  test("TV-22 carves are refused politely", async () => {
    const agent = await enrol();
    const begin = { block_count: 2, block_size: 300000, carve_size: 400000, carve_id: crypto.randomUUID(), request_id: "fleet_distributed_query_305" };
    expect(await agent.call("carve/begin", begin)).toMatchObject({ status: 500, json: { error: "carving is disabled" } });
    const block = '{"block_id":0,"session_id":"5b0e8a52","request_id":"fleet_distributed_query_305","data":"aGVsbG8="}';
    expect(await send("POST", "/api/osquery/carve/block", block)).toMatchObject({ status: 500, json: { error: "carving is disabled" } });
  });

  test("TV-23 orbit ping", async () => {
    const reply = await send("HEAD", "/api/fleet/orbit/ping");
    expect(reply).toMatchObject({ status: 200, text: "" });
    expect(reply.headers["x-fleet-capabilities"]).toBe(capabilities);
  });

  test("TV-24 orbit enroll: both agents of one computer share a host, whichever comes first", async () => {
    const { reply, sent } = await enrolOrbit();
    expect(reply).toMatchObject({ status: 200, json: { orbit_node_key: expect.stringMatching(/^\S{32}$/) } });
    const after = await enrol({ secret: sent.enroll_secret, identifier: sent.hardware_uuid });
    expect(await ctx.db.host.count({ where: { hardwareUuid: sent.hardware_uuid } })).toBe(1);
    expect((await hostOf(after)).orbitNodeKeyHash).not.toBeNull();

    const secret = await makeEnrollSecret(ctx);
    const first = await enrol({ secret });
    await enrolOrbit({ enroll_secret: secret, hardware_uuid: first.identifier });
    expect((await hostOf(first)).orbitNodeKeyHash).not.toBeNull();
    expect(await ctx.db.host.count({ where: { hardwareUuid: first.identifier } })).toBe(1);
  });

  test("TV-25 orbit enroll, Windows, empty serial, an unknown member", async () => {
    const { reply, sent } = await enrolOrbit({
      hardware_serial: "",
      hostname: "WIN-7",
      platform: "windows",
      osquery_identifier: crypto.randomUUID(),
      future_member: true,
    });
    expect(reply.status).toBe(200);
    expect(await ctx.db.host.findFirst({ where: { hardwareUuid: sent.hardware_uuid } })).toMatchObject({
      platform: "windows",
      hostname: "WIN-7",
      hardwareSerial: "",
    });
    expect((await enrolOrbit({ hardware_uuid: "" })).reply.status).toBe(400);
    expect((await enrolOrbit({ enroll_secret: "wrong" })).reply).toMatchObject({ status: 401, json: { errors: [{ name: "base" }] } });
  });

  test("TV-26 orbit call with an unknown key: 401 in orbit's form", async () => {
    for (const orbit_node_key of ["nobody", "", undefined, 5])
      expect(await orbit("config", { orbit_node_key })).toMatchObject({ status: 401, json: unauthenticated });
  });

  test("TV-27 orbit config", async () => {
    const { key } = await enrolOrbit();
    expect(await orbit("config", { orbit_node_key: key })).toMatchObject({ status: 200, text: '{"notifications":{}}' });
  });

  test("TV-28 device token: taken, refused when it isn't URL-safe, 409 when another host has it, never stored in clear", async () => {
    const { agent, key, token } = await withToken();
    expect((await hostOf(agent)).deviceTokenHash).toBe(hashToken(token));
    expect((await orbit("device_token", { orbit_node_key: key, device_auth_token: "a b/c" })).status).toBe(400);
    expect((await orbit("device_token", { orbit_node_key: key, device_auth_token: "" })).status).toBe(400);
    const other = await enrolOrbit();
    expect((await orbit("device_token", { orbit_node_key: other.key, device_auth_token: token })).status).toBe(409);
  });

  test("TV-29 scripts: none is there, a result is taken", async () => {
    const { key } = await enrolOrbit();
    const body = { orbit_node_key: key, execution_id: crypto.randomUUID() };
    expect((await orbit("scripts/request", body)).status).toBe(404);
    expect(await orbit("scripts/result", { ...body, output: "ok\n", runtime: 1, exit_code: 0, timeout: 300 })).toMatchObject({ status: 200, text: "{}" });
  });

  test("TV-30 software install details with the misspelt key: 404, never 401", async () => {
    const { key } = await enrolOrbit();
    expect((await orbit("software_install/details", { orbot_node_key: key, install_uuid: crypto.randomUUID() })).status).toBe(404);
    expect((await orbit("software_install/result", { orbit_node_key: key })).status).toBe(204);
  });

  test("TV-31 encryption and setup stubs, and the address given at install time", async () => {
    const { key, sent } = await enrolOrbit();
    expect((await orbit("disk_encryption_key", { orbit_node_key: key, encryption_key: "Zm9vLWJhci1iYXo=", client_error: "" })).status).toBe(204);
    expect((await orbit("luks_data", { orbit_node_key: key, passphrase: "", salt: "", key_slot: null, client_error: "user cancelled" })).status).toBe(204);
    expect(await orbit("device_mapping", { orbit_node_key: key, email: "dana@example.test" }, "PUT")).toMatchObject({ status: 200, text: "{}" });
    expect((await ctx.db.host.findFirst({ where: { hardwareUuid: sent.hardware_uuid } }))?.deviceMappingEmail).toBe("dana@example.test");
    expect((await orbit("device_mapping", { orbit_node_key: key, email: "nobody" }, "PUT")).status).toBe(400);
    expect((await orbit("setup_experience/init", { orbit_node_key: key })).status).toBe(200);
    expect((await orbit("setup_experience/status", { orbit_node_key: key })).json).toHaveProperty("setup_experience_results");
  });

  test("TV-32 device policies in every version of the path, and the count that the tray shows", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    await agent.call("distributed/write", mixedOutcomes(ids, crypto.randomUUID()));
    const token = crypto.randomUUID();
    await ctx.db.host.update({ where: { id: agent.hostId }, data: { deviceTokenHash: hashToken(token), deviceTokenChangedAt: ctx.now() } });
    for (const version of ["latest", "v1", "2022-04"]) {
      const { json } = await send("GET", `/api/${version}/fleet/device/${token}/policies`);
      expect((json.policies as { id: number; response: string }[]).map(({ id, response }) => [id, response])).toEqual([
        [ids.p21, "pass"],
        [ids.p22, "fail"],
        [ids.p23, ""],
      ]);
    }
    expect((await send("GET", `/api/latest/fleet/device/${token}/desktop`)).json).toMatchObject({
      failing_policies_count: 1,
      self_service: false,
      notifications: {},
    });
  });

  test("TV-33 expired token: 401 an hour after its value changed last, however often it was sent again", async () => {
    const { key, token } = await withToken();
    clock.advance(50 * 60_000);
    expect((await orbit("device_token", { orbit_node_key: key, device_auth_token: token })).status).toBe(200);
    expect((await send("GET", `/api/v1/fleet/device/${token}/desktop`)).status).toBe(200);
    clock.advance(11 * 60_000);
    expect(await send("GET", `/api/v1/fleet/device/${token}/desktop`)).toMatchObject({ status: 401, json: unauthenticated });
  });

  test("TV-34 refetch: the next read carries everything although all was fresh; after its answers the read is empty again", async () => {
    const { agent, token } = await withToken();
    const answer = async () => agent.write(answerAll((await agent.read()).queries, { fleet_detail_query_os_version: [macDetails("", "").os_version] }));
    await answer();
    expect((await agent.read()).text).toBe(emptyRead);
    expect(await send("POST", `/api/latest/fleet/device/${token}/refetch`)).toMatchObject({ status: 200, text: "{}" });
    const { queries } = await agent.read();
    expect(Object.keys(queries)).toEqual(expect.arrayContaining(["fleet_detail_query_os_version", "fleet_no_policies_wildcard"]));
    expect(Object.keys(queries).some((query) => query.startsWith("fleet_label_query_"))).toBe(true);
    await answer();
    expect((await agent.read()).text).toBe(emptyRead);
  });

  test("TV-35 duplicate write: both are taken, one result per policy, one transition", async () => {
    const ids = await threePolicies();
    const agent = await enrol({ secret: ids.secret });
    await agent.read();
    const body = mixedOutcomes(ids, crypto.randomUUID());
    const replies = await Promise.all([agent.call("distributed/write", body), agent.call("distributed/write", body)]);
    expect(replies.map(({ status, text }) => [status, text])).toEqual([
      [200, "{}"],
      [200, "{}"],
    ]);
    expect(await ctx.db.policyResult.count({ where: { hostId: agent.hostId } })).toBe(3);
    expect(await ctx.db.accessTransition.count({ where: { hostId: agent.hostId, toState: "held" } })).toBe(1);
  });
});

test("a Windows identity of another tenant is no answer", () => {
  const deviceId = crypto.randomUUID();
  const rows = new Map([["conditional_access_microsoft_device_id_windows", [{ device_id: deviceId, user_principal_name: "a@b.test", tenant_id: "T-1" }]]]);
  expect(readIdentity(rows, "t-2")).toBeUndefined();
  expect(readIdentity(rows, "t-1")).toEqual({ kind: "device", deviceId, userPrincipalName: "a@b.test" });
  expect(readIdentity(rows, "")).toMatchObject({ kind: "device" });
});

test("details of every platform become typed members, and the private address of the default route wins", () => {
  const rows = new Map<string, Record<string, unknown>[]>([
    ["os_version", [{ name: "Microsoft Windows 11 Pro", version: "10.0.26100", platform: "windows" }]],
    ["os_version_windows", [{ name: "Microsoft Windows 11 Pro", version: "10.0.26100", ubr: "4061", display_version: "24H2" }]],
    [
      "network_interface_windows",
      [
        { address: "203.0.113.7", mac: "aa:aa:aa:aa:aa:aa", metric: "1" },
        { address: "fd00::1", mac: "bb:bb:bb:bb:bb:bb", metric: "5" },
        { address: "10.0.0.9", mac: "cc:cc:cc:cc:cc:cc", metric: "20" },
      ],
    ],
    ["disk_space_windows", [{ percent_disk_space_available: "41.5", gigs_disk_space_available: "412.25", gigs_total_disk_space: "x" }]],
    ["disk_encryption_windows", []],
    [
      "osquery_flags",
      [
        { name: "config_refresh", value: "300" },
        { name: "config_tls_refresh", value: "60" },
        { name: "distributed_interval", value: "10" },
      ],
    ],
    ["uptime", [{ total_seconds: "3600" }]],
    ["last_user", [{ user: "dana\0" }]],
  ]);
  expect(readHostDetails(rows, Date.parse("2026-03-02T09:00:00Z"))).toMatchObject({
    platform: "windows",
    osName: "Windows 11 Pro 24H2",
    osVersion: "10.0.26100.4061",
    primaryIp: "10.0.0.9",
    primaryMac: "cc:cc:cc:cc:cc:cc",
    diskSpaceAvailableGb: 412.25,
    diskEncryption: "off",
    configRefreshSeconds: 60,
    uptimeSeconds: 3600,
    lastRestartedAt: "2026-03-02T08:00:00.000Z",
    lastUser: "dana",
  });
});
