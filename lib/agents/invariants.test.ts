import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Context } from "@/lib/context";
import { getPool } from "@/lib/db/pool";
import { hashToken } from "@/lib/secret-box";
import { answerAll, enrolledAgent, macDetails, makeEnrollSecret, type TestAgent } from "@/lib/testing/agent-scenario";
import { generalWayIn, routeWayIn, socketWayIn, type AgentReply, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { enrolledHost, makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";
import { flushHostMarks } from "./host-marks";
import { AskCatalogue } from "./ask-catalogue";
import { detailQueries } from "./detail-queries";

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

const settle = async (agent: TestAgent, answers = {}) =>
  agent.write(answerAll((await agent.read()).queries, { fleet_detail_query_os_version: [macDetails("", "").os_version], ...answers }));

describe.each(["socket", "node:http", "route"])("by %s", (name) => {
  const send: AgentWayIn["send"] = (...given) => (waysIn[name] as AgentWayIn).send(...given);
  const enrol = (options?: Parameters<typeof enrolledAgent>[2]) => enrolledAgent(ctx, waysIn[name] as AgentWayIn, options);

  /** Every osquery call with this key: those that fail, and those that don't. */
  async function osqueryReplies(nodeKey: string): Promise<AgentReply[]> {
    const paths = ["config", "distributed/read", "distributed/write", "log", "carve/begin", "yara/rule", "nowhere"];
    const replies = await Promise.all(paths.map((path) => send("POST", `/api/osquery/${path}`, { node_key: nodeKey })));
    return [
      ...replies,
      await send("GET", "/api/osquery/config"),
      await send("POST", "/api/osquery/log", "{"),
      await send("POST", "/api/osquery/enroll", { enroll_secret: "no" }),
    ];
  }

  test("I1 both osquery paths and all three versions of the device path answer alike", async () => {
    const agent = await enrol();
    await settle(agent);
    for (const path of ["config", "distributed/read", "log"]) {
      const [old, versioned] = await Promise.all(
        ["/api/osquery/", "/api/v1/osquery/"].map((prefix) => send("POST", prefix + path, { node_key: agent.nodeKey })),
      );
      expect([old?.status, old?.text]).toEqual([versioned?.status, versioned?.text]);
    }
    const host = await enrolledHost(ctx);
    for (const path of [
      "",
      "/ping",
      "/desktop",
      "/policies",
      "/software",
      "/device_mapping",
      "/macadmins",
      "/certificates",
      "/api_features",
      "/transparency",
    ]) {
      const replies = await Promise.all(["v1", "latest", "2022-04"].map((version) => send("GET", `/api/${version}/fleet/device/${host.deviceToken}${path}`)));
      expect(new Set(replies.map((reply) => `${reply.status} ${reply.text} ${reply.headers.location}`)).size).toBe(1);
      expect(replies[0]?.status).toBe(path === "/transparency" ? 307 : 200);
    }
  });

  test("I2 every failing osquery answer has a top-level text `error`, and no succeeding one has it", async () => {
    const agent = await enrol();
    for (const reply of [...(await osqueryReplies(agent.nodeKey)), ...(await osqueryReplies("unknown"))]) {
      if (reply.status === 200) expect(reply.json).not.toHaveProperty("error");
      else expect(reply.json.error).toEqual(expect.stringMatching(/\S/));
      expect(Object.prototype.toString.call(reply.json)).toBe("[object Object]");
    }
  });

  test("I3 node_invalid stands only in answers to a key that is surely unknown and to a refused enrolment", async () => {
    const agent = await enrol();
    for (const reply of await osqueryReplies(agent.nodeKey)) expect("node_invalid" in reply.json).toBe(reply.status === 401);
    const differing = await send("POST", "/api/osquery/config", { node_key: "another" }, { authorization: `NodeKey ${agent.nodeKey}` });
    expect(differing.status).toBe(400);
    expect(differing.json).not.toHaveProperty("node_invalid");
    const early = await send("POST", "/api/osquery/log", "not even JSON", { authorization: "nodekey unknown" });
    expect(early).toMatchObject({ status: 401, json: { node_invalid: true } });
    const byHeader = await send("POST", "/api/osquery/config", {}, { authorization: `NodeKey ${agent.nodeKey}` });
    expect(byHeader.status).toBe(200);
  });

  test("I4 every query in a read has SQL and a discovery, and a policy without SQL is never sent", async () => {
    const { teamId } = await makeTeam(ctx);
    const { policyId } = await makePolicy(ctx, { teamId, query: "  " });
    for (const platform of ["darwin", "windows", "ubuntu"]) {
      const agent = await enrol({
        secret: await makeEnrollSecret(ctx, teamId),
        details: { os_version: { platform, name: platform, version: "1" }, system_info: { hostname: "h" } },
      });
      const { queries, discovery } = await agent.read();
      expect(Object.keys(queries).length).toBeGreaterThan(5);
      expect(queries).not.toHaveProperty(`fleet_policy_query_${policyId}`);
      for (const query of Object.keys(queries)) {
        expect(queries[query]?.trim()).not.toBe("");
        expect(discovery[query]?.trim()).not.toBe("");
      }
    }
  });

  test("I5 accelerate is an integer or absent", async () => {
    const bare = await enrol({ details: null, identifier: crypto.randomUUID() });
    expect((await bare.read()).json.accelerate).toBe(10);
    const whole = await enrol();
    expect((await whole.read()).json).not.toHaveProperty("accelerate");
  });

  test("I6 a write is idempotent, tolerant, and always 200 once the host is known", async () => {
    const agent = await enrol();
    const odd = [
      {},
      { queries: null },
      { queries: [] },
      { queries: "x", statuses: 4 },
      { queries: { fleet_detail_query_os_version: [[]], fleet_policy_query_1: [1, 2] } },
    ];
    for (const body of [...odd, ...odd]) expect(await agent.call("distributed/write", body)).toMatchObject({ status: 200, text: "{}" });
    await settle(agent);
    const before = await ctx.db.host.findUnique({ where: { id: agent.hostId } });
    await agent.call("distributed/write", { queries: {}, statuses: {} });
    expect(await ctx.db.host.findUnique({ where: { id: agent.hostId } })).toEqual(before);
  });

  test("I7 the same capability header is on every orbit answer, errors and empty ones included", async () => {
    const { orbitNodeKey } = await enrolledHost(ctx);
    const key = { orbit_node_key: orbitNodeKey };
    const replies = await Promise.all([
      send("HEAD", "/api/fleet/orbit/ping"),
      ...["config", "disk_encryption_key", "scripts/request", "nowhere", "setup_experience/init"].map((path) => send("POST", `/api/fleet/orbit/${path}`, key)),
      send("POST", "/api/fleet/orbit/config", {}),
      send("POST", "/api/fleet/orbit/config", "{{"),
      send("GET", "/api/fleet/orbit/config"),
      send("POST", "/api/fleet/orbit/enroll", {}),
    ]);
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 204, 404, 404, 200, 401, 400, 405, 400]);
    for (const reply of replies) expect(reply.headers["x-fleet-capabilities"]).toBe("orbit_endpoints,token_rotation,end_user_email");
  });

  test("I8 the orbit configuration is the same at every poll", async () => {
    const { orbitNodeKey, hostId } = await enrolledHost(ctx);
    const poll = async () => (await send("POST", "/api/fleet/orbit/config", { orbit_node_key: orbitNodeKey })).text;
    const first = await poll();
    await ctx.db.host.update({ where: { id: hostId }, data: { refetchRequestedAt: ctx.now() } });
    clock.advance(30_000);
    expect([await poll(), await poll()]).toEqual([first, first]);
  });

  test("I9 both enrolments of one computer land on one host, also when they come at the same moment or call the computer differently", async () => {
    const secret = await makeEnrollSecret(ctx);
    const identifiers = { same: "", instance: crypto.randomUUID() };
    for (const instance of Object.values(identifiers)) {
      const uuid = crypto.randomUUID().toUpperCase();
      const orbit = () =>
        send("POST", "/api/fleet/orbit/enroll", { enroll_secret: secret, hardware_uuid: uuid, osquery_identifier: "", hostname: "x", platform: "darwin" });
      const osquery = () =>
        send("POST", "/api/osquery/enroll", {
          enroll_secret: secret,
          host_identifier: instance || uuid,
          host_details: { system_info: { uuid, hostname: "x" } },
        });
      const replies = await Promise.all([orbit(), osquery()]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
      const hosts = await ctx.db.host.findMany({ where: { hardwareUuid: uuid } });
      expect(hosts).toHaveLength(1);
      clock.advance(60_000);
      expect((await orbit()).status).toBe(200);
      expect((await osquery()).status).toBe(200);
      expect(await ctx.db.host.count({ where: { hardwareUuid: uuid } })).toBe(1);
    }
  });

  test("I10 a host can only affect policies and labels in its own scope: team, platform and label", async () => {
    const [{ teamId }, other] = [await makeTeam(ctx), await makeTeam(ctx)];
    const label = await ctx.db.label.create({ data: { name: `Scope ${teamId}`, query: "SELECT 1;", teamId } });
    const foreignLabel = await ctx.db.label.create({ data: { name: `Foreign ${teamId}`, query: "SELECT 1;", teamId: other.teamId } });
    const manual = await ctx.db.label.create({ data: { name: `Manual ${teamId}`, membershipType: "manual", teamId } });
    const own = await makePolicy(ctx, { teamId });
    const everybody = await makePolicy(ctx, { teamId: null, platform: "" });
    const foreign = await makePolicy(ctx, { teamId: other.teamId });
    const windows = await makePolicy(ctx, { teamId, platform: "windows" });
    const scoped = await makePolicy(ctx, { teamId });
    await ctx.db.policyLabel.create({ data: { policyId: scoped.policyId, labelId: label.id, scope: "exclude_any" } });
    const agent = await enrol({ secret: await makeEnrollSecret(ctx, teamId) });
    const yes = [{ "1": "1" }];
    await agent.write({
      ...Object.fromEntries([own, everybody, foreign, windows, scoped].map(({ policyId }) => [`fleet_policy_query_${policyId}`, yes])),
      ...Object.fromEntries([label, foreignLabel, manual].map(({ id }) => [`fleet_label_query_${id}`, yes])),
    });
    const results = await ctx.db.policyResult.findMany({ where: { hostId: agent.hostId } });
    expect(results.map((row) => row.policyId).toSorted((a, b) => a - b)).toEqual([own.policyId, everybody.policyId]);
    const labels = await ctx.db.labelMembership.findMany({ where: { hostId: agent.hostId } });
    expect(labels.map((row) => row.labelId)).toEqual([label.id]);
    await ctx.db.policy.delete({ where: { id: everybody.policyId } });
  });

  test("I11 an empty read touches no database at all, and seen times are written together", async () => {
    const agents = [await enrol(), await enrol()];
    for (const agent of agents) {
      await settle(agent);
      await expect.poll(async () => (await agent.read()).text).toBe('{"queries":{},"discovery":{}}');
    }
    const query = vi.spyOn(getPool(), "query");
    // News of the writes above may still arrive for a moment; then nothing but memory answers.
    await vi.waitFor(async () => {
      await flushHostMarks();
      query.mockClear();
      for (const agent of agents) for (let poll = 0; poll < 5; poll += 1) expect((await agent.read()).text).toBe('{"queries":{},"discovery":{}}');
      expect(query).not.toHaveBeenCalled();
      await flushHostMarks();
      expect(query).toHaveBeenCalledTimes(1);
    });
    query.mockRestore();
    const seen = await ctx.db.hostSeen.findMany({ where: { hostId: { in: agents.map((agent) => agent.hostId) } } });
    expect(seen.map((row) => row.seenAt)).toEqual([ctx.now(), ctx.now()]);
  });

  test("I12 a full write of 2,500 rows and 50 policies is answered within a few seconds", async () => {
    const { teamId } = await makeTeam(ctx);
    const made = await Promise.all(Array.from({ length: 50 }, () => makePolicy(ctx, { teamId })));
    const agent = await enrol({ secret: await makeEnrollSecret(ctx, teamId) });
    const software = Array.from({ length: 2500 }, (_, n) => ({
      name: `package-${n}`,
      version: "1.2.3",
      source: "deb_packages",
      installed_path: `/usr/share/doc/package-${n}`,
    }));
    const began = performance.now();
    await agent.write({
      fleet_detail_query_software_linux: software,
      ...Object.fromEntries(made.map(({ policyId }) => [`fleet_policy_query_${policyId}`, [{ "1": "1" }]])),
    });
    expect(performance.now() - began).toBeLessThan(3000);
    expect(await ctx.db.policyResult.count({ where: { hostId: agent.hostId, outcome: "pass" } })).toBe(50);
  });

  test("I13 unknown members are ignored, and unknown log lines never block the queue", async () => {
    const agent = await enrol();
    for (const data of [[1, null, "x", { a: { b: {} } }], {}, null, "text"]) {
      expect(await agent.call("log", { data, log_type: "result", future: { deep: [1] } })).toMatchObject({ status: 200, text: "{}" });
    }
    expect((await agent.call("config", { etag: "abc", other: 1 })).status).toBe(200);
    expect((await agent.call("distributed/read", { future: true })).status).toBe(200);
  });

  test("I14 no device path ever answers 402, and an orbit path answers no 401 for a fault", async () => {
    const host = await enrolledHost(ctx);
    const paths = [
      "desktop",
      "software/install/5",
      "software/uninstall/5",
      "configuration_profiles/x/resend",
      "bypass_conditional_access",
      "migrate_mdm",
      "mdm/apple/manual_enrollment_profile",
    ];
    for (const method of ["GET", "POST"]) {
      for (const path of paths) {
        const { status } = await send(method, `/api/latest/fleet/device/${host.deviceToken}/${path}`);
        expect([200, 204, 404, 405]).toContain(status);
      }
    }
    const fault = vi.spyOn(getPool(), "connect").mockRejectedValue(new Error("no connection") as never);
    const query = vi.spyOn(getPool(), "query").mockRejectedValue(new Error("no connection") as never);
    try {
      const key = { orbit_node_key: `fresh-${crypto.randomUUID()}` };
      for (const path of ["config", "device_token", "scripts/result"]) {
        const reply = await send("POST", `/api/fleet/orbit/${path}`, key);
        expect(reply).toMatchObject({ status: 503, json: { message: "temporarily unavailable", errors: [{ name: "base" }] } });
      }
      expect((await send("POST", "/api/fleet/orbit/enroll", { enroll_secret: "x", hardware_uuid: "y" })).status).toBe(503);
      expect((await send("GET", `/api/v1/fleet/device/${host.deviceToken}/policies`)).status).toBe(503);
    } finally {
      fault.mockRestore();
      query.mockRestore();
    }
  });
});

test("I4 discovery uses core tables only, and every detail query is one statement", () => {
  for (const { discovery, sql, name } of detailQueries) {
    expect(discovery, name).toMatch(/^SELECT 1( FROM (osquery_registry|windows_optional_features) WHERE .+)?$/);
    expect(sql.trim(), name).toMatch(/^(SELECT|WITH)\b[^;]+;$/);
  }
});

test.each<{ scopes: [labelId: number, scope: "include_any" | "include_all" | "exclude_any" | "exclude_all"][]; labels: number[]; asked: boolean }>([
  { scopes: [], labels: [], asked: true },
  {
    scopes: [
      [1, "include_any"],
      [2, "include_any"],
    ],
    labels: [2],
    asked: true,
  },
  { scopes: [[1, "include_any"]], labels: [], asked: false },
  {
    scopes: [
      [1, "include_all"],
      [2, "include_all"],
    ],
    labels: [1],
    asked: false,
  },
  {
    scopes: [
      [1, "include_all"],
      [2, "include_all"],
    ],
    labels: [1, 2],
    asked: true,
  },
  {
    scopes: [
      [1, "exclude_any"],
      [2, "exclude_any"],
    ],
    labels: [2],
    asked: false,
  },
  {
    scopes: [
      [1, "exclude_all"],
      [2, "exclude_all"],
    ],
    labels: [2],
    asked: true,
  },
  {
    scopes: [
      [1, "exclude_all"],
      [2, "exclude_all"],
    ],
    labels: [1, 2],
    asked: false,
  },
  {
    scopes: [
      [1, "include_any"],
      [2, "exclude_any"],
    ],
    labels: [1, 2],
    asked: false,
  },
])("a policy scoped $scopes is asked of a host with labels $labels: $asked", ({ scopes, labels, asked }) => {
  const policy = {
    id: 1,
    teamId: null,
    query: "SELECT 1;",
    platform: "darwin,linux",
    gated: false,
    version: 1,
    versionSince: "2026-01-01T00:00:00Z",
    scopes: scopes.map(([labelId, scope]) => ({ labelId, scope })),
  };
  const catalogue = new AskCatalogue({ policies: [policy], labels: [], teams: [], agentOptions: {}, organisationName: "", contactUrl: "", fleetSize: 0 });
  expect(catalogue.policiesFor(0, "ubuntu", new Set(labels)).length === 1).toBe(asked);
  expect(catalogue.policiesFor(0, "windows", new Set(labels))).toEqual([]);
});

test("a host's keys are stored hashed only", async () => {
  const agent = await enrolledAgent(ctx, waysIn.socket as AgentWayIn);
  const [row] = await ctx.db.$queryRawUnsafe<{ row: string }[]>("select h::text as row from hosts h where id = $1", agent.hostId);
  expect(row?.row).not.toContain(agent.nodeKey);
  expect(row?.row).toContain(hashToken(agent.nodeKey));
});
