import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { enrolledAgent, makeEnrollSecret, type TestAgent } from "@/lib/testing/agent-scenario";
import { generalWayIn, routeWayIn, socketWayIn, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";
import { forgetUnknownKeys } from "./unknown-keys";

const clock = testClock();
let ctx: Context;
let port = 0;
const waysIn: Record<string, AgentWayIn> = { route: routeWayIn(clock) };

beforeAll(async () => {
  ctx = testServerContext(clock);
  const socket = await socketWayIn(clock);
  port = socket.port;
  waysIn.socket = socket;
  waysIn["node:http"] = await generalWayIn(clock);
  await startAgentCaches();
});
afterAll(async () => {
  await stopAgentCaches();
  await waysIn.socket?.close();
  await waysIn["node:http"]?.close();
});

const paths = [
  ...["enroll", "config", "distributed/read", "distributed/write", "log", "carve/begin", "carve/block", "yara/x"].map((name) => `/api/osquery/${name}`),
  ...["enroll", "config", "device_token", "scripts/request", "software_install/details"].map((name) => `/api/fleet/orbit/${name}`),
  ...["refetch", "debug/errors", "desktop"].map((name) => `/api/v1/fleet/device/${"%00".repeat(3)}x/${name}`),
];
const path = fc.constantFrom(...paths);

describe.each(["socket", "node:http", "route"])("by %s", (name) => {
  const send: AgentWayIn["send"] = (...given) => (waysIn[name] as AgentWayIn).send(...given);

  /** What every refusal looks like to the agents that send to this path. */
  async function expectAnswered(at: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<void> {
    const reply = await send("POST", at, body, headers);
    expect(reply.status).toBeGreaterThanOrEqual(200);
    expect(at.includes("carve") ? [401, 500, 400, 415] : [200, 204, 400, 401, 404, 405, 413, 415, 429]).toContain(reply.status);
    if (at.startsWith("/api/osquery/") && reply.status !== 200) expect(reply.json.error).toEqual(expect.stringMatching(/\S/));
    if (!at.startsWith("/api/osquery/") && reply.status >= 400) expect(reply.json).toMatchObject({ message: expect.any(String), errors: [{ name: "base" }] });
  }

  /** A host with a policy, whose answers in the same message must survive whatever stands beside them. */
  async function hostWithPolicy() {
    const { teamId } = await makeTeam(ctx, { conditionalAccess: false });
    const { policyId } = await makePolicy(ctx, { teamId });
    const agent = await enrolledAgent(ctx, waysIn[name] as AgentWayIn, { secret: await makeEnrollSecret(ctx, teamId) });
    return { agent, policyId, policy: `fleet_policy_query_${policyId}` };
  }
  const outcomeOf = async (agent: TestAgent, policyId: number) =>
    (await ctx.db.policyResult.findUnique({ where: { hostId_policyId: { hostId: agent.hostId, policyId } } }))?.outcome;

  test("any bytes on any path are answered in the agents' own words", async () => {
    forgetUnknownKeys();
    await fc.assert(
      fc.asyncProperty(path, fc.uint8Array({ maxLength: 300 }), (at, bytes) => expectAnswered(at, Buffer.from(bytes))),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test("any JSON on any path is answered", async () => {
    forgetUnknownKeys();
    await fc.assert(
      fc.asyncProperty(path, fc.jsonValue({ maxDepth: 6 }), (at, value) => expectAnswered(at, JSON.stringify(value))),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test("any bytes that call themselves gzip, and any whole gzip cut short, are answered", async () => {
    forgetUnknownKeys();
    const whole = gzipSync(JSON.stringify({ node_key: "x", data: "y".repeat(5000) }));
    const cut = fc.integer({ min: 1, max: whole.length - 1 }).map((length) => whole.subarray(0, length));
    await fc.assert(
      fc.asyncProperty(path, fc.oneof(cut, fc.uint8Array({ maxLength: 100 })), (at, bytes) =>
        expectAnswered(at, Buffer.from(bytes), { "content-encoding": "gzip" }),
      ),
      { numRuns: 40, endOnFailure: true },
    );
    const reply = await send("POST", "/api/osquery/config", whole.subarray(0, whole.length >> 1), { "content-encoding": "gzip" });
    expect(reply).toMatchObject({ status: 400, json: { error: expect.any(String) } });
    expect((await send("POST", "/api/osquery/config", "{}", { "content-encoding": "br" })).status).toBe(415);
  });

  test("gzip that grows beyond the limit is 413, whatever it weighs on the wire", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 32));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await send("POST", "/api/osquery/distributed/write", bomb, { "content-encoding": "gzip" })).toMatchObject({
      status: 413,
      json: { error: expect.any(String) },
    });
  });

  test.each([
    ["/api/osquery/config", 1],
    ["/api/osquery/distributed/write", 5],
    ["/api/osquery/log", 10],
    ["/api/fleet/orbit/config", 1],
  ])("a body over the limit of %s is 413 (%i MiB)", async (at, mebibytes) => {
    const reply = await send("POST", at, Buffer.alloc(mebibytes * 1024 * 1024 + 1, 32));
    expect(reply.status).toBe(413);
    expect(reply.json).not.toHaveProperty("node_invalid");
  });

  test("any mixture of answers in a write is 200, and the good row beside it is kept", async () => {
    const { agent, policyId, policy } = await hostWithPolicy();
    const queryName = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        "__proto__",
        "constructor",
        "fleet_policy_query_",
        "fleet_policy_query_-1",
        "fleet_policy_query_1e3",
        "fleet_policy_query_99999999999999999999",
        "fleet_label_query_1",
        "fleet_label_query_x",
      ),
      fc
        .constantFrom(
          "system_info",
          "os_version",
          "osquery_info",
          "osquery_flags",
          "uptime",
          "orbit_info",
          "mdm",
          "disk_space_unix",
          "network_interface_unix",
          "last_user",
        )
        .map((detail) => `fleet_detail_query_${detail}`),
    );
    const cell = fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 30 }),
      fc.constantFrom("\0", "a\0b", "\ud800", "𣻦\u202e", "9".repeat(400), "-1", "1e999", "NaN"),
      fc.integer(),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const column = fc.constantFrom(
      "hostname",
      "uuid",
      "hardware_serial",
      "physical_memory",
      "cpu_logical_cores",
      "name",
      "version",
      "platform_like",
      "value",
      "total_seconds",
      "enrolled",
      "server_url",
      "address",
      "mac",
      "metric",
      "percent_disk_space_available",
      "user",
      "computer_name",
    );
    const rows = fc.array(fc.dictionary(column, cell, { maxKeys: 8 }), { maxLength: 2 });
    let last = "pass";
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(queryName, fc.oneof({ weight: 3, arbitrary: rows }, fc.jsonValue({ maxDepth: 3 }))),
        fc.jsonValue({ maxDepth: 2 }),
        fc.jsonValue({ maxDepth: 2 }),
        fc.boolean(),
        async (queries, statuses, messages, passes) => {
          last = passes ? "pass" : "fail";
          const status = typeof statuses === "object" && statuses && !Array.isArray(statuses) ? { ...statuses, [policy]: 0 } : statuses;
          const reply = await agent.call("distributed/write", {
            queries: { ...queries, [policy]: passes ? [{ "1": "1" }] : [] },
            statuses: status,
            messages,
            stats: messages,
          });
          expect([reply.status, reply.text]).toEqual([200, "{}"]);
          expect(await outcomeOf(agent, policyId)).toBe(last);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test("NUL bytes and broken surrogates in details are stored without them, and the rest of the row is kept", async () => {
    const { agent } = await hostWithPolicy();
    await agent.write({ fleet_detail_query_system_info: [{ hostname: "mac\0-\ud800x", hardware_model: "Mac15,6", physical_memory: "\0" }] });
    expect(await ctx.db.host.findUnique({ where: { id: agent.hostId } })).toMatchObject({ hostname: "mac-\uFFFDx", hardwareModel: "Mac15,6", memoryBytes: 0n });
  });

  test("an enrolment with hostile values is taken or refused, never a fault", async () => {
    const secret = await makeEnrollSecret(ctx);
    const value = fc.oneof(fc.string({ unit: "binary-ascii", maxLength: 600 }), fc.jsonValue({ maxDepth: 3 }), fc.constant("\0".repeat(10)));
    await fc.assert(
      fc.asyncProperty(value, value, value, value, async (identifier, uuid, hostname, platform) => {
        const osquery = await send("POST", "/api/osquery/enroll", {
          enroll_secret: secret,
          host_identifier: identifier,
          host_details: { system_info: { uuid, hostname, hardware_serial: hostname }, os_version: { platform, name: hostname } },
        });
        expect([200, 401]).toContain(osquery.status);
        const orbit = await send("POST", "/api/fleet/orbit/enroll", {
          enroll_secret: secret,
          hardware_uuid: uuid,
          osquery_identifier: identifier,
          hostname,
          platform,
        });
        expect([200, 400, 429]).toContain(orbit.status);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  test("a repeated key: the last one counts", async () => {
    const { agent } = await hostWithPolicy();
    expect((await send("POST", "/api/osquery/config", `{"node_key":"x","node_key":"${agent.nodeKey}"}`)).status).toBe(200);
    expect((await send("POST", "/api/osquery/config", `{"node_key":"${agent.nodeKey}","node_key":"x"}`)).status).toBe(401);
  });

  test("nesting of any depth is refused or ignored", async () => {
    const { agent, policyId, policy } = await hostWithPolicy();
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const body = (levels: number) =>
      `{"queries":{"fleet_detail_query_mdm":${deep(levels)},"${policy}":[{"1":"1"}]},"statuses":{},"node_key":"${agent.nodeKey}"}`;
    expect((await send("POST", "/api/osquery/distributed/write", body(10_000))).status).toBe(200);
    expect(await outcomeOf(agent, policyId)).toBe("pass");
    expect((await send("POST", "/api/osquery/distributed/write", body(1_000_000))).status).toBe(400);
  });

  test("after all that a good host is still answered", async () => {
    const { agent } = await hostWithPolicy();
    expect((await agent.read()).status).toBe(200);
  });
});

/** Sends raw bytes and reads until the other side ends. */
async function raw(to: number, bytes: string, keepSending?: (socket: Socket) => void): Promise<string> {
  const socket = connect(to, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined); // being cut off is what is expected
  socket.write(bytes);
  keepSending?.(socket);
  await ended;
  return Buffer.concat(chunks).toString();
}

test("a body that never ends is answered in time and cut off", async () => {
  let timer: NodeJS.Timeout | undefined;
  const impatient = await socketWayIn(clock, 500);
  const began = performance.now();
  const answer = await raw(impatient.port, "POST /api/osquery/log HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", (socket) => {
    timer = setInterval(() => socket.writable && socket.write("1\r\n{\r\n"), 50);
  });
  clearInterval(timer);
  await impatient.close();
  expect(performance.now() - began).toBeLessThan(5000);
  expect(answer).toContain("503 Service Unavailable");
  expect(answer).toContain('"error":"temporarily unavailable"');
  expect(answer).not.toContain("node_invalid");
});

test("an endless stream over the limit is cut off at once", async () => {
  const line = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  let sent = 0;
  const answer = await raw(port, "POST /api/osquery/config HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", (socket) => {
    const pump = () => {
      while (socket.writable && sent < 200) {
        sent += 1;
        if (!socket.write(line)) return socket.once("drain", pump);
      }
    };
    pump();
  });
  expect(answer).toContain("413");
});

test("a request cut off in the middle leaves the server well", async () => {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // cut off on purpose
  await new Promise<void>((resolve) => socket.write('POST /api/osquery/config HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"node_key"', () => resolve()));
  socket.destroy();
  const agent = await enrolledAgent(ctx, waysIn.socket as AgentWayIn);
  expect((await agent.call("config")).status).toBe(200);
});
