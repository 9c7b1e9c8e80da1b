import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { closeDatabase } from "@/lib/db/prisma";
import { env, resetEnv } from "@/lib/env";
import { hashToken } from "@/lib/secret-box";
import { answerAll, enrolledAgent, macDetails, mixedOutcomes, threePolicies, type TestAgent } from "@/lib/testing/agent-scenario";
import { generalWayIn, routeWayIn, socketWayIn, type AgentReply, type AgentWayIn } from "@/lib/testing/agent-ways-in";
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
  waysIn["node:http"] = await generalWayIn(clock);
  await startAgentCaches();
});
afterAll(async () => {
  await stopAgentCaches();
  await waysIn.socket?.close();
  await waysIn["node:http"]?.close();
});

const uuid = () => crypto.randomUUID().toUpperCase();
const identityQuery = "fleet_detail_query_conditional_access_microsoft_device_id";
const emptyRead = '{"queries":{},"discovery":{}}';

const hostOf = (agent: { hostId: number }) => ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId }, include: { entraIdentity: true } });
const resultsOf = async (agent: { hostId: number }) =>
  Object.fromEntries((await ctx.db.policyResult.findMany({ where: { hostId: agent.hostId } })).map((row) => [row.policyId, row.outcome]));
describe.each(["socket", "node:http", "route"])("by %s", (name) => {
  const send: AgentWayIn["send"] = (...given) => (waysIn[name] as AgentWayIn).send(...given);
  const enrol = (options?: Parameters<typeof enrolledAgent>[2]) => enrolledAgent(ctx, waysIn[name] as AgentWayIn, options);

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
    const ids = await threePolicies(ctx);
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
    const ids = await threePolicies(ctx);
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
    const ids = await threePolicies(ctx);
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
    const ids = await threePolicies(ctx);
    const others = await threePolicies(ctx);
    const agent = await enrol({ secret: ids.secret });
    await agent.read();
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
    const ids = await threePolicies(ctx);
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
    const ids = await threePolicies(ctx);
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
    const { secret } = await threePolicies(ctx);
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
    const ids = await threePolicies(ctx);
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

  test("TV-35 duplicate write: both are taken, one result per policy, one transition", async () => {
    const ids = await threePolicies(ctx);
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
