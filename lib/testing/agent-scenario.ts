import type { Context } from "../context";
import { hashToken, randomToken } from "../secret-box";
import type { AgentReply, AgentWayIn } from "./agent-ways-in";
import { hearNews } from "./hear-news";
import { makePolicy, makeTeam } from "./scenarios";

/** The Mac of the protocol's examples, as osqueryd describes it when it enrols. */
export function macDetails(serial: string, uuid: string, name = "Dana's MacBook Pro") {
  return {
    os_version: {
      name: "macOS",
      version: "15.5",
      major: "15",
      minor: "5",
      patch: "0",
      build: "24F74",
      platform: "darwin",
      platform_like: "darwin",
      codename: "",
      arch: "arm64e",
      extra: "",
      install_date: "1750000000",
    },
    osquery_info: { pid: "512", uuid, instance_id: "3f0b8b0e-9d0e-4a0a-8d7d-6f6b1c2d3e4f", version: "5.23.1", build_platform: "darwin" },
    system_info: {
      hostname: "mbp-dana.example.test",
      uuid,
      cpu_type: "arm64e",
      cpu_subtype: "ARM64E",
      cpu_brand: "Apple M3 Pro",
      cpu_physical_cores: "12",
      cpu_logical_cores: "12",
      physical_memory: "38654705664",
      hardware_vendor: "Apple Inc.",
      hardware_model: "Mac15,6",
      hardware_version: "1.0",
      hardware_serial: serial,
      computer_name: name,
      local_hostname: "mbp-dana",
    },
    platform_info: { vendor: "Apple Inc.", version: "11881.121.1" },
  };
}

/** Makes an enroll secret; without a team it admits to No team. */
export async function makeEnrollSecret(ctx: Context, teamId: number | null = null): Promise<string> {
  const secret = `tv-enroll-secret-${randomToken(8)}`;
  await ctx.db.enrollSecret.create({ data: { secretHash: hashToken(secret), secretCiphertext: "", teamId } });
  return secret;
}

/** An agent as a test drives it: enrolled, and with its key in every request. */
export interface TestAgent {
  hostId: number;
  nodeKey: string;
  identifier: string;
  read(): Promise<AgentReply & { queries: Record<string, string>; discovery: Record<string, string> }>;
  /** Answers by name. A list is rows, "error" is a query that failed. */
  write(answers: Record<string, object[] | "error">): Promise<AgentReply>;
  call(name: string, body?: Record<string, unknown>): Promise<AgentReply>;
}

/** Enrols an osqueryd. `details` null: the bare minimum, without a platform. */
export async function enrolledAgent(
  ctx: Context,
  wayIn: AgentWayIn,
  options: { secret?: string; identifier?: string; details?: Record<string, unknown> | null } = {},
): Promise<TestAgent> {
  const secret = options.secret ?? (await makeEnrollSecret(ctx));
  const identifier = options.identifier ?? crypto.randomUUID().toUpperCase();
  const details = options.details === undefined ? macDetails(`SER${randomToken(6)}`, identifier) : options.details;
  const reply = await wayIn.send("POST", "/api/v1/osquery/enroll", {
    enroll_secret: secret,
    host_identifier: identifier,
    platform_type: "21",
    ...(details && { host_details: details }),
  });
  const nodeKey = String(reply.json.node_key ?? "");
  if (reply.status !== 200 || nodeKey === "") throw new Error(`The agent couldn't enrol: ${reply.text}`);
  const { id: hostId } = await ctx.db.host.findUniqueOrThrow({ where: { nodeKeyHash: hashToken(nodeKey) }, select: { id: true } });
  // An answer to a policy that a process hasn't heard of yet is none.
  await hearNews(ctx);
  const call = (name: string, body: Record<string, unknown> = {}) => wayIn.send("POST", `/api/v1/osquery/${name}`, { ...body, node_key: nodeKey });
  return {
    hostId,
    nodeKey,
    identifier,
    call,
    async read() {
      const answer = await call("distributed/read");
      return { ...answer, queries: answer.json.queries as Record<string, string>, discovery: answer.json.discovery as Record<string, string> };
    },
    write: (answers) => call("distributed/write", toWriteBody(answers)),
  };
}

/** The body of a write as a modern agent sends it. */
export function toWriteBody(answers: Record<string, object[] | "error">): Record<string, unknown> {
  const names = Object.keys(answers);
  return {
    queries: Object.fromEntries(names.map((name) => [name, answers[name] === "error" ? [] : answers[name]])),
    statuses: Object.fromEntries(names.map((name) => [name, answers[name] === "error" ? 1 : 0])),
    messages: Object.fromEntries(names.map((name) => [name, answers[name] === "error" ? "no such table: alf_typo" : ""])),
    stats: Object.fromEntries(names.map((name) => [name, {}])),
  };
}

/** Answers everything that a read asked, each with one row, except what `answers` says otherwise. */
export function answerAll(queries: Record<string, string>, answers: Record<string, object[] | "error"> = {}): Record<string, object[] | "error"> {
  const rows = Object.fromEntries(Object.keys(queries).map((name) => [name, name.startsWith("fleet_detail_query_") ? [] : [{ "1": "1" }]]));
  return { ...rows, ...answers };
}

const identityQuery = "fleet_detail_query_conditional_access_microsoft_device_id";

/** Three gated policies for macOS in a team of their own, as the examples have them. */
export async function threePolicies(ctx: Context) {
  const { teamId } = await makeTeam(ctx);
  const [a, b, c] = [await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId }), await makePolicy(ctx, { teamId })];
  const label = await ctx.db.label.create({ data: { name: `Label ${teamId}`, query: "SELECT 1 FROM apps;", teamId, platform: "darwin" } });
  return { teamId, p21: a.policyId, p22: b.policyId, p23: c.policyId, label: label.id, secret: await makeEnrollSecret(ctx, teamId) };
}

/** A write with mixed outcomes: pass, fail and a query that failed, a label, MDM and an identity. */
export function mixedOutcomes(ids: { p21: number; p22: number; p23: number; label: number }, deviceId: string) {
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
