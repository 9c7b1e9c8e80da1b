import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getPool } from "@/lib/db/pool";
import { signInAdmin, type AdminClient } from "./admin-client";
import { startBalancer } from "./start-balancer";
import { freePort, stackAdmin, startServer, type ServerProcess } from "./start-server";
import { startSteadyAgents } from "./steady-agents";

const program = join("dist", "server-pair.mjs");
/** Issue's promise is a second; a loaded machine gets some grace. */
const agreed = { timeout: 4000, interval: 25 };

let folder: string;
let a: ServerProcess;
let b: ServerProcess;
let onA: AdminClient;
let onB: AdminClient;
let secret: string;

beforeAll(async () => {
  const bundled = `const { bundle } = await import("./scripts/build-server.mjs"); await bundle({ "server-pair": "server.ts" });`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", bundled]);
  folder = mkdtempSync(join(tmpdir(), "two-servers-"));
  // Both at once, as after a power cut: one migrates and sets up, the other finds it done.
  [a, b] = await Promise.all([start(), start()]);
  onA = await signInAdmin(a.origin, stackAdmin);
  onB = onA.at(b.origin);
  const { spec } = await onA.get<{ spec: { secrets: { secret: string }[] } }>("spec/enroll_secret");
  secret = spec.secrets[0]?.secret ?? "";
}, 180_000);

afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop()]);
  for (const end of [".mjs", ".mjs.map"]) rmSync(join("dist", `server-pair${end}`), { force: true });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

async function start(environment: Record<string, string> = {}, ports: { port?: number; tlsPort?: number } = {}): Promise<ServerProcess> {
  return startServer({
    ...ports,
    program,
    dataDir: join(folder, "data"),
    databaseUrl: process.env.DATABASE_URL as string,
    environment: { PUBLIC_URL: "http://localhost:8412", DATABASE_POOL_SIZE: "6", WORKER_CONCURRENCY: "2", ...environment },
  });
}

interface AgentAnswer {
  status: number;
  body: { node_key?: string; node_invalid?: boolean; queries?: Record<string, string>; [key: string]: unknown };
}

async function agent(server: ServerProcess, path: string, body: object): Promise<AgentAnswer> {
  const response = await fetch(`${server.origin}/api/osquery/${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as AgentAnswer["body"] };
}

const read = (server: ServerProcess, nodeKey: string) => agent(server, "distributed/read", { node_key: nodeKey });
const asks = async (server: ServerProcess, nodeKey: string, sql: string) => Object.values((await read(server, nodeKey)).body.queries ?? {}).includes(sql);

function enrolment(uuid: string): object {
  return {
    enroll_secret: secret,
    host_identifier: uuid,
    host_details: {
      os_version: { platform: "darwin", name: "macOS", version: "15.5" },
      system_info: { uuid, hostname: `mac-${uuid.slice(0, 8)}`, hardware_serial: uuid.slice(0, 8) },
    },
  };
}

async function enroll(server: ServerProcess, uuid = randomUUID()): Promise<{ uuid: string; nodeKey: string; hostId: number }> {
  const { body } = await agent(server, "enroll", enrolment(uuid));
  const { host } = await onA.get<{ host: { id: number } }>(`hosts/identifier/${uuid}`);
  return { uuid, nodeKey: body.node_key ?? "", hostId: host.id };
}

test("both give a host and a person the same answers", async () => {
  const hosts = [];
  for (let n = 0; n < 3; n += 1) hosts.push(await enroll(n % 2 === 0 ? a : b));
  for (const { nodeKey } of hosts) {
    const [atA, atB] = [await read(a, nodeKey), await read(b, nodeKey)];
    expect(Object.keys(atA.body.queries ?? {}).length).toBeGreaterThan(0);
    expect(Object.keys(atB.body.queries ?? {}).toSorted()).toEqual(Object.keys(atA.body.queries ?? {}).toSorted());
    expect(await agent(b, "config", { node_key: nodeKey })).toEqual(await agent(a, "config", { node_key: nodeKey }));
  }
  // Seen times are written within a second: what was written counts at both.
  for (const path of ["hosts", "hosts/count", "labels", "policies", "teams", "activities", "users", "config", "version", "me"]) {
    await expect.poll(async () => JSON.stringify(await onB.get(path)) === JSON.stringify(await onA.get(path)), agreed).toBe(true);
  }
});

test("a policy made at one is asked by the other, its edit too, and not any more when it is deleted", async () => {
  const { nodeKey } = await enroll(b);
  expect(await asks(b, nodeKey, "SELECT 1 FROM first;")).toBe(false);
  const { policy } = await onA.post<{ policy: { id: number } }>("policies", { name: "Made at A", query: "SELECT 1 FROM first;" });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM first;"), agreed).toBe(true);
  await onA.patch(`policies/${policy.id}`, { query: "SELECT 1 FROM second;" });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM second;"), agreed).toBe(true);
  await onA.post("policies/delete", { ids: [policy.id] });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM second;"), agreed).toBe(false);
});

test("a host that moves to a team at one is asked that team's policies by the other", async () => {
  const { nodeKey, hostId } = await enroll(b);
  const { team } = await onA.post<{ team: { id: number } }>("teams", { name: "Movers" });
  await onA.post(`teams/${team.id}/policies`, { name: "Movers only", query: "SELECT 1 FROM movers;" });
  expect(await asks(b, nodeKey, "SELECT 1 FROM movers;")).toBe(false);
  await onA.post("hosts/transfer", { team_id: team.id, hosts: [hostId] });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM movers;"), agreed).toBe(true);
});

test("a label made at one is asked by the other, and a policy follows a host's labels there", async () => {
  const { nodeKey, hostId } = await enroll(b);
  expect(await asks(b, nodeKey, "SELECT 1 FROM label;")).toBe(false);
  await onA.post("labels", { name: "Asked", query: "SELECT 1 FROM label;" });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM label;"), agreed).toBe(true);
  const { label } = await onA.post<{ label: { id: number; name: string } }>("labels", { name: "By hand", hosts: [] });
  await onA.post("policies", { name: "Labelled", query: "SELECT 1 FROM labelled;", labels_include_any: [label.name] });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM labelled;"), agreed).toBe(false);
  await onA.post(`hosts/${hostId}/labels`, { labels: [label.name] });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM labelled;"), agreed).toBe(true);
});

test("a host that enrolls again at one is known by its new key alone at the other, and a deleted one not at all", async () => {
  const { uuid, nodeKey, hostId } = await enroll(b);
  expect((await read(b, nodeKey)).status).toBe(200);
  await getPool().query("update hosts set last_enrolled_at = last_enrolled_at - interval '1 minute' where id = $1", [hostId]);
  const again = (await agent(a, "enroll", enrolment(uuid))).body.node_key ?? "";
  expect(again).not.toBe(nodeKey);
  await expect.poll(() => read(b, nodeKey), agreed).toMatchObject({ status: 401, body: { node_invalid: true } });
  expect((await read(b, again)).status).toBe(200);
  await onA.delete(`hosts/${hostId}`);
  await expect.poll(() => read(b, again), agreed).toMatchObject({ status: 401, body: { node_invalid: true } });
});

test("a session that ends at one has ended at the other", async () => {
  const session = await signInAdmin(a.origin, stackAdmin);
  const elsewhere = session.at(b.origin);
  expect(await elsewhere.get("me")).toEqual(await session.get("me"));
  await session.post("logout");
  await expect(elsewhere.get("me")).rejects.toThrow("401");
});

test("one that loses its connection for news hears what it missed as soon as it is back", async () => {
  const { nodeKey } = await enroll(b);
  await getPool().query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'flotilla-listen'");
  await onA.post("policies", { name: "Made while deaf", query: "SELECT 1 FROM deaf;" });
  await expect.poll(() => asks(b, nodeKey, "SELECT 1 FROM deaf;"), agreed).toBe(true);
  await expect.poll(() => asks(a, nodeKey, "SELECT 1 FROM deaf;"), agreed).toBe(true);
});

test("one that is told to end says so to balancers and goes on serving; told again, it ends at once", async () => {
  const { nodeKey } = await enroll(a);
  const leaving = await start({ READINESS_SECONDS: "300" });
  const ended = leaving.stop();
  await expect.poll(async () => (await fetch(`${leaving.origin}/readyz`)).status, agreed).toBe(503);
  expect((await read(leaving, nodeKey)).status).toBe(200);
  expect(await onA.at(leaving.origin).get("me")).toEqual(await onA.get("me"));
  // Within its first second a second signal counts as the same one.
  const insisting = setInterval(() => process.kill(leaving.pid, "SIGTERM"), 400);
  await ended.finally(() => clearInterval(insisting));
}, 50_000);

test("a rolling restart behind a balancer leaves no check-in without its answer, over TCP and over TLS", async () => {
  const ports = [0, 1, 2, 3].map(() => freePort());
  const [port1 = 0, tlsPort1 = 0, port2 = 0, tlsPort2 = 0] = await Promise.all(ports);
  const gentle = { READINESS_SECONDS: "2", DRAIN_SECONDS: "2" };
  const instances = [
    { port: port1, tlsPort: tlsPort1 },
    { port: port2, tlsPort: tlsPort2 },
  ];
  await Promise.all([a.stop(), b.stop()]);
  const servers = await Promise.all(instances.map((own) => start(gentle, own)));
  const plain = await startBalancer(instances.map(({ port }) => ({ healthPort: port, port })));
  const tls = await startBalancer(instances.map(({ port, tlsPort }) => ({ healthPort: port, port: tlsPort })));
  const nodeKeys: string[] = [];
  for (let n = 0; n < 40; n += 1) nodeKeys.push((await agent(servers[0] as ServerProcess, "enroll", enrolment(randomUUID()))).body.node_key ?? "");
  const ca = readFileSync((servers[0] as ServerProcess).caFile, "utf8");
  const steady = { nodeKeys, pauseMs: 150 };
  const agents = [
    startSteadyAgents({ ...steady, origin: `http://localhost:${plain.port}` }),
    startSteadyAgents({ ...steady, origin: `https://localhost:${tls.port}`, ca }),
  ];
  try {
    for (const [index, own] of instances.entries()) {
      const before = agents.map((fleet) => fleet.answered);
      await servers[index]?.stop();
      expect([plain.ready[index], tls.ready[index]]).toEqual([false, false]);
      servers[index] = await start(gentle, own);
      await expect.poll(() => plain.ready[index] && tls.ready[index], { timeout: 5000 }).toBe(true);
      for (const [fleet, count] of before.entries()) await expect.poll(() => agents[fleet]?.answered, { timeout: 5000 }).toBeGreaterThan(count + 100);
    }
    await Promise.all(agents.map((fleet) => fleet.stop()));
    for (const fleet of agents) {
      expect(fleet.failures).toEqual([]);
      expect(fleet.answered).toBe(fleet.asked);
    }
    for (const balancer of [plain, tls]) expect(Math.min(...balancer.connections)).toBeGreaterThan(0);
  } finally {
    await Promise.all([plain.close(), tls.close()]);
    await Promise.all(servers.map((server) => server.stop()));
  }
}, 120_000);
