import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { hashToken } from "@/lib/secret-box";
import { answerAll, enrolledAgent, macDetails, makeEnrollSecret, mixedOutcomes, threePolicies } from "@/lib/testing/agent-scenario";
import { generalWayIn, routeWayIn, socketWayIn, type AgentWayIn } from "@/lib/testing/agent-ways-in";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { startAgentCaches, stopAgentCaches } from "./agent-caches";

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
const capabilities = "orbit_endpoints,token_rotation,end_user_email";
const unauthenticated = { message: "Authentication required", errors: [{ name: "base", reason: "Authentication required" }], uuid: "" };
const emptyRead = '{"queries":{},"discovery":{}}';

const hostOf = (agent: { hostId: number }) => ctx.db.host.findUniqueOrThrow({ where: { id: agent.hostId }, include: { entraIdentity: true } });

describe.each(["socket", "node:http", "route"])("by %s", (name) => {
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

  test("TV-31 encryption keys and setup questions get their fixed answers, and so does the address given at install time", async () => {
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
    const ids = await threePolicies(ctx);
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
});
