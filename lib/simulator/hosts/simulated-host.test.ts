import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHostBench, type HostBench } from "./host-bench";
import type { HostOptions } from "./agent-session";
import type { CannedAnswer } from "./fake-agent-server";

const SECOND = 1000;

let bench: HostBench;
let server: HostBench["server"];
let clock: HostBench["clock"];

beforeEach(async () => {
  bench = await openHostBench();
  ({ server, clock } = bench);
});

afterEach(() => bench.close());

const paths = (): string[] => server.seen.map(({ path }) => path.replace("/api/", ""));
const ask = (queries: Record<string, string>, discovery: Record<string, string> = {}, rest: Record<string, unknown> = {}): void =>
  server.next("distributed/read", { body: { queries, discovery, ...rest } });
const lastWrite = (): Record<string, unknown> => server.to("distributed/write").at(-1)?.body ?? {};

describe("enrolment", () => {
  test.each<{ firstEnroll: HostOptions["firstEnroll"]; order: string[] }>([
    { firstEnroll: "orbit", order: ["fleet/orbit/enroll", "v1/osquery/enroll"] },
    { firstEnroll: "osquery", order: ["v1/osquery/enroll", "fleet/orbit/enroll"] },
  ])("fleetd enrols $firstEnroll first when told so, with the same hardware in both", async ({ firstEnroll, order }) => {
    const host = await bench.started({ firstEnroll });
    expect(paths().filter((path) => path.endsWith("enroll"))).toEqual(order);
    const { identity } = host.computer;
    expect(server.to("orbit/enroll")[0]?.body).toMatchObject({
      enroll_secret: "tv-enroll-secret-0001",
      hardware_uuid: identity.hardwareUuid,
      hardware_serial: identity.serial,
      platform: "darwin",
    });
    expect(server.to("osquery/enroll")[0]?.body).toMatchObject({
      enroll_secret: "tv-enroll-secret-0001",
      host_identifier: identity.hardwareUuid,
      platform_type: "21",
      host_details: {
        system_info: { uuid: identity.hardwareUuid, hardware_serial: identity.serial },
        os_version: { platform: "darwin" },
        osquery_info: { version: "5.23.1" },
      },
    });
    expect(host.status).toMatchObject({ enrolled: true, orbitEnrolled: true, running: true });
  });

  test("plain osquery with the extension enrols without orbit and still tells the Entra identity", async () => {
    ask({
      q: "SELECT device_id FROM app_sso_platform WHERE extension_identifier = 'com.microsoft.CompanyPortalMac.ssoextension' AND realm = 'KERBEROS.MICROSOFTONLINE.COM'",
    });
    const host = await bench.started({}, { orbitProb: 0 });
    expect(paths().some((path) => path.includes("orbit"))).toBe(false);
    expect(lastWrite().queries).toEqual({ q: [{ device_id: host.computer.state.platformSso.deviceId }] });
  });

  test("a refused enrolment is tried again after 1, 4 and 9 seconds", async () => {
    const refusal = { status: 401, body: { error: "enroll failed: invalid secret", node_invalid: true, uuid: "" } };
    server.next("osquery/enroll", refusal, refusal, refusal);
    const host = bench.makeHost({}, { orbitProb: 0 });
    host.start();
    await clock.advance(0);
    const counts: number[] = [];
    for (const seconds of [1, 4, 9]) {
      counts.push(server.to("osquery/enroll").length);
      await clock.advance(seconds * SECOND);
    }
    expect(counts).toEqual([1, 2, 3]);
    expect(host.status.enrolled).toBe(true);
  });

  test("node_invalid makes osqueryd enrol again and carry on with the new key", async () => {
    const host = await bench.started();
    server.next("distributed/read", { status: 401, body: { error: "authentication error: invalid node key", node_invalid: true, uuid: "" } });
    await clock.advance(12 * SECOND);
    expect(server.to("osquery/enroll")).toHaveLength(2);
    expect(server.to("distributed/read").at(-1)?.body).toEqual({ node_key: "node-key-3" });
    expect(bench.events.map(({ type }) => type)).toContain("node_invalid");
    expect(host.status.enrolled).toBe(true);
  });

  test("orbit of 2025 enrols again at the first 401, orbit of 2026 only after 45 seconds of them", async () => {
    const refusal = { status: 401, body: { message: "Authentication required", errors: [], uuid: "" } };
    const refuse = (): void => server.always("orbit/config", ({ body }) => (body.orbit_node_key === "orbit-key-1" ? refusal : { body: { notifications: {} } }));
    await bench.started({ orbitGeneration: "2025", desktop: false });
    refuse();
    await clock.advance(62 * SECOND);
    expect(server.to("orbit/enroll")).toHaveLength(2);

    await bench.hosts[0]?.stop();
    server.seen.length = 0;
    await bench.started({ orbitGeneration: "2026", desktop: false });
    const key = server.to("orbit/config").at(-1)?.body.orbit_node_key;
    server.always("orbit/config", ({ body }) => (body.orbit_node_key === key ? refusal : { body: { notifications: {} } }));
    await clock.advance(40 * SECOND);
    expect(server.to("orbit/enroll")).toHaveLength(1);
    await clock.advance(120 * SECOND);
    expect(server.to("orbit/enroll")).toHaveLength(2);
  });
});

describe("distributed reads and writes", () => {
  test("the server's distributed_interval sets the pace", async () => {
    server.always("osquery/config", () => ({ body: { options: { distributed_interval: 30 } } }));
    await bench.started();
    await clock.advance(90 * SECOND);
    expect(server.to("distributed/read")).toHaveLength(4);
  });

  test("accelerate is obeyed: every 5 seconds until it runs out, then the normal interval", async () => {
    ask({}, {}, { accelerate: 20 });
    await bench.started();
    await clock.advance(17 * SECOND);
    expect(server.to("distributed/read")).toHaveLength(5);
    server.seen.length = 0;
    await clock.advance(30 * SECOND);
    expect(server.to("distributed/read")).toHaveLength(3);
    expect(bench.events.filter(({ type }) => type === "accelerated")).toEqual([expect.objectContaining({ seconds: 20 })]);
  });

  test("accelerate as a text is ignored", async () => {
    ask({}, {}, { accelerate: "20" });
    await bench.started();
    await clock.advance(18 * SECOND);
    expect(server.to("distributed/read")).toHaveLength(3);
  });

  test("queries run in the order of their names, and those whose discovery gave nothing are in no map", async () => {
    ask(
      {
        b_policy: "SELECT 1 FROM alf WHERE global_state >= 1",
        a_label: "SELECT 1 FROM apps WHERE bundle_identifier = 'com.microsoft.CompanyPortalMac'",
        c_gated: "SELECT 1 FROM munki",
      },
      { b_policy: "SELECT 1", c_gated: "SELECT 1 FROM osquery_registry WHERE active AND registry='table' AND name='munki'" },
    );
    await bench.started();
    const write = server.to("distributed/write")[0];
    expect(Object.keys(write?.body.queries as object)).toEqual(["a_label", "b_policy"]);
    expect(Object.keys(write?.body.statuses as object)).toEqual(["a_label", "b_policy"]);
    expect(write?.text).not.toContain("c_gated");
  });

  test.each([
    ["names a table that does not exist", { one: "SELECT 1 FROM nowhere" }],
    ["is empty", { one: "" }],
  ])("a discovery query that %s spoils the whole read", async (_, discovery) => {
    ask({ one: "SELECT 1", two: "SELECT 1" }, { two: "SELECT 1", ...discovery }, { accelerate: 20 });
    await bench.started();
    expect(server.to("distributed/write")).toHaveLength(0);
    expect(bench.events.map(({ type }) => type)).toContain("read_spoiled");
    await clock.advance(6 * SECOND);
    expect(server.to("distributed/read")).toHaveLength(1);
  });

  test("empty SQL stops the reading there, but what came before it runs", async () => {
    ask({ one: "SELECT 1", two: "", three: "SELECT 1" });
    await bench.started();
    expect(Object.keys(lastWrite().queries as object)).toEqual(["one"]);
  });

  test("a modern write has whole numbers for statuses, a message for each, and node_key last", async () => {
    ask({
      fleet_policy_query_21: "SELECT 1 FROM disk_encryption WHERE filevault_status = 'on'",
      fleet_policy_query_22: "SELECT 1 WHERE 0",
      fleet_policy_query_23: "SELECT 1 FROM alf_typo",
    });
    await bench.started();
    const write = server.to("distributed/write")[0];
    expect(Object.keys(write?.body ?? {})).toEqual(["queries", "statuses", "messages", "stats", "node_key"]);
    expect(write?.body).toMatchObject({
      queries: { fleet_policy_query_21: [{ "1": "1" }, { "1": "1" }], fleet_policy_query_22: [], fleet_policy_query_23: [] },
      statuses: { fleet_policy_query_21: 0, fleet_policy_query_22: 0, fleet_policy_query_23: 1 },
      messages: { fleet_policy_query_21: "", fleet_policy_query_22: "", fleet_policy_query_23: "no such table: alf_typo" },
      stats: { fleet_policy_query_21: { wall_time_ms: expect.any(Number), memory: expect.any(Number) }, fleet_policy_query_23: {} },
      node_key: "node-key-2",
    });
  });

  test("an old agent's write has statuses as texts, an empty text for no rows, and nothing else", async () => {
    ask({ fleet_label_query_9: "SELECT 1 WHERE 0", fleet_policy_query_21: "SELECT 1" });
    await bench.started({ writeForm: "legacy" });
    expect(lastWrite()).toEqual({
      node_key: "node-key-2",
      queries: { fleet_label_query_9: "", fleet_policy_query_21: [{ "1": "1" }] },
      statuses: { fleet_label_query_9: "0", fleet_policy_query_21: "0" },
    });
  });

  test.each([
    ["5.23.1", "NodeKey node-key-2"],
    ["5.12.2", undefined],
  ])("osquery %s sends the Authorization header %s", async (version, header) => {
    await bench.started({}, {}, version);
    const [read] = server.to("distributed/read");
    expect(read?.headers.authorization).toBe(header);
    expect(read?.headers["user-agent"]).toBe(`osquery/${version}`);
    expect(read?.body).toEqual({ node_key: "node-key-2" });
  });

  test.each<[string, CannedAnswer]>([
    ["a 500 with error", { status: 500, body: { error: "temporarily unavailable", uuid: "x" } }],
    ["a proxy's page", { status: 502, text: "<html>Bad gateway</html>" }],
  ])("%s is tried again after one second and loses nothing", async (_, answer) => {
    ask({ fleet_policy_query_21: "SELECT 1" });
    server.next("distributed/write", answer);
    await bench.started();
    const writes = server.to("distributed/write");
    expect(writes).toHaveLength(2);
    expect(writes[1]?.text).toBe(writes[0]?.text);
    expect(bench.events.filter(({ type }) => type === "wrote")).toHaveLength(1);
  });

  test("a 500 without a member error counts as delivered, as osqueryd sees it", async () => {
    ask({ fleet_policy_query_21: "SELECT 1" });
    server.next("distributed/write", { status: 500, body: { message: "oops" } });
    await bench.started();
    expect(server.to("distributed/write")).toHaveLength(1);
  });

  test("a broken socket is tried once more at once", async () => {
    const host = bench.makeHost();
    host.start();
    server.next("distributed/read", { hangUp: true });
    await clock.advance(0);
    expect(server.to("distributed/read")).toHaveLength(2);
  });

  test("results that could not be delivered go with the next cycle, the newer answer to a name in place of the older", async () => {
    const host = await bench.started({}, { orbitProb: 0 });
    const down = { status: 503, body: { error: "down" } };
    ask({ fleet_policy_query_1: "SELECT 1 FROM alf WHERE global_state >= 1", fleet_policy_query_2: "SELECT 1" });
    server.next("distributed/write", down, down, down);
    await clock.advance(14 * SECOND);
    expect(server.to("distributed/write")).toHaveLength(3);
    await host.change({ firewall: false });
    ask({ fleet_policy_query_1: "SELECT 1 FROM alf WHERE global_state >= 1" });
    await clock.advance(12 * SECOND);
    expect(lastWrite().queries).toEqual({ fleet_policy_query_1: [], fleet_policy_query_2: [{ "1": "1" }] });
  });

  test("duplicate writes are sent when asked for, byte for byte the same", async () => {
    ask({ fleet_policy_query_21: "SELECT 1" });
    await bench.started({ duplicateWriteProb: 1 });
    const writes = server.to("distributed/write");
    expect(writes).toHaveLength(2);
    expect(writes[1]?.text).toBe(writes[0]?.text);
  });

  test("policies flip and queries fail when asked for", async () => {
    const host = await bench.started({ policyFlipProb: 1, queryErrorProb: 0 });
    ask({ fleet_policy_query_21: "SELECT 1", fleet_label_query_1: "SELECT 1" });
    await host.checkIn();
    expect(lastWrite().queries).toEqual({ fleet_policy_query_21: [], fleet_label_query_1: [{ "1": "1" }] });
    ask({ fleet_policy_query_21: "SELECT 1" });
    await host.checkIn();
    expect(lastWrite().queries).toEqual({ fleet_policy_query_21: [{ "1": "1" }] });

    const broken = await bench.started({ queryErrorProb: 1 });
    ask({ fleet_policy_query_21: "SELECT 1" });
    await broken.checkIn();
    expect(lastWrite().statuses).toEqual({ fleet_policy_query_21: 1 });
  });

  test("check in now does not wait for the interval", async () => {
    const host = await bench.started();
    const before = server.to("distributed/read").length;
    await host.checkIn();
    expect(server.to("distributed/read")).toHaveLength(before + 1);
  });
});

describe("a computer that changes", () => {
  test("answers follow its state at the next check-in", async () => {
    const host = await bench.started();
    const policy = {
      fleet_policy_query_1: "SELECT 1 FROM disk_encryption WHERE filevault_status = 'on' LIMIT 1",
      fleet_policy_query_2: "SELECT 1 FROM mdm WHERE enrolled = 'true'",
    };
    for (const [fileVault, mdm] of [
      [true, true],
      [false, true],
      [true, false],
    ] as const) {
      await host.change({ fileVault, mdm });
      ask(policy);
      await host.checkIn();
      const queries = lastWrite().queries as Record<string, unknown[]>;
      expect([queries.fleet_policy_query_1?.length, queries.fleet_policy_query_2?.length]).toEqual([Number(fileVault), Number(mdm)]);
    }
  });

  test("an agent that is off makes no request, and comes back with the key it had", async () => {
    const host = await bench.started();
    await host.change({ agentOnline: false });
    const before = server.seen.length;
    await clock.advance(600 * SECOND);
    expect(server.seen).toHaveLength(before);
    await expect(host.checkIn()).rejects.toThrow(/is off/);
    await host.change({ agentOnline: true });
    await clock.advance(3 * SECOND);
    expect(server.to("osquery/enroll")).toHaveLength(1);
    expect(server.to("distributed/read").at(-1)?.body).toEqual({ node_key: "node-key-2" });
  });
});
