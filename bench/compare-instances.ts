import { signInAdmin } from "@/lib/simulator/stack/admin-client";
import { stackAdmin, type ServerProcess } from "@/lib/simulator/stack/start-server";
import { nodeKeyOf, orbitKeyOf } from "./fleet-plan";
import { pause } from "./pause";
import type { Instances } from "./start-instances";

const sampledHosts = 100;
const rounds = 20;
const agreeWithinMs = 5000;
const attempts = 5;
// Says when it was asked.
const timesOfAsking = /"host_count_updated_at":"[^"]*",?/g;

/** What was asked of every instance, and which answers differed. */
export interface Comparison {
  asked: number;
  differing: string[];
}

/** Asks every instance the same for a sample of hosts and for the REST API's lists, while nothing changes. */
export async function compareAnswers({ servers, fleet }: Instances): Promise<Comparison> {
  const admin = await signInAdmin(originOf(servers[0]), stackAdmin);
  const comparison: Comparison = { asked: 0, differing: [] };
  const compare = async (name: string, ask: (server: ServerProcess) => Promise<string>) => {
    comparison.asked += 1;
    for (let attempt = 1; ; attempt += 1) {
      const answers = await Promise.all(servers.map(ask));
      if (new Set(answers).size === 1) return;
      // A seen time or a count that is written between two answers shows in the later one: what goes on differing isn't that.
      if (attempt === attempts) return void comparison.differing.push(`${name}: ${difference(answers)}`);
      await pause(0.5);
    }
  };
  const step = Math.max(1, Math.floor(fleet.hosts / sampledHosts));
  for (let n = 0; n < fleet.hosts; n += step) {
    for (const path of ["osquery/distributed/read", "osquery/config"])
      await compare(`${path} of host ${n}`, (server) => post(server, path, { node_key: nodeKeyOf(n) }));
    await compare(`orbit config of host ${n}`, (server) => post(server, "fleet/orbit/config", { orbit_node_key: orbitKeyOf(n) }));
  }
  const host = fleet.firstHostId + Math.floor(fleet.hosts / 2);
  const lists = [
    "hosts?per_page=100",
    "hosts?per_page=50&page=3&order_key=display_name",
    "hosts/count",
    "policies",
    "policies/count",
    "labels",
    "labels/summary",
  ];
  for (const path of [
    ...lists,
    "teams",
    "activities",
    "users",
    "config",
    "version",
    "me",
    `hosts/${host}`,
    `hosts/${host}/access`,
    `teams/${fleet.teamIds[0] ?? 0}/policies`,
  ]) {
    await compare(`GET ${path}`, async (server) => JSON.stringify(await admin.at(server.origin).get(path)).replaceAll(timesOfAsking, ""));
  }
  return comparison;
}

/** How long after one instance's answer the others knew, in milliseconds: of changed agent options, and of hosts deleted. NaN: not within five seconds. */
export async function measureAgreement({
  servers,
  fleet,
}: Instances): Promise<Record<"changed agent options are told" | "a deleted host is unknown", number[]>> {
  const [one, ...others] = servers;
  const admin = await signInAdmin(originOf(one), stackAdmin);
  const watched = nodeKeyOf(0);
  const configs: number[] = [];
  const hosts: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const mark = `agreement-${round}`;
    await admin.patch("config", { agent_options: { config: { options: { pack_delimiter: mark } } } });
    configs.push(await untilAll(others, async (server) => (await post(server, "osquery/config", { node_key: watched })).includes(mark)));
    const n = fleet.hosts - 1 - round;
    // Every instance has the host in memory.
    for (const server of others) await post(server, "osquery/config", { node_key: nodeKeyOf(n) });
    await admin.delete(`hosts/${fleet.firstHostId + n}`);
    hosts.push(await untilAll(others, async (server) => (await post(server, "osquery/config", { node_key: nodeKeyOf(n) })).includes("node_invalid")));
  }
  return { "changed agent options are told": configs, "a deleted host is unknown": hosts };
}

function difference(answers: string[]): string {
  const [one = "", other = ""] = [answers[0], answers.find((answer) => answer !== answers[0])];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return [one, other].map((answer) => `…${answer.slice(Math.max(0, at - 60), at + 60)}…`).join(" ≠ ");
}

async function untilAll(servers: ServerProcess[], holds: (server: ServerProcess) => Promise<boolean>): Promise<number> {
  const began = performance.now();
  const times = await Promise.all(
    servers.map(async (server) => {
      while (!(await holds(server))) {
        if (performance.now() - began > agreeWithinMs) return Number.NaN;
        await pause(0.005);
      }
      return performance.now() - began;
    }),
  );
  return Math.max(...times);
}

async function post(server: ServerProcess, path: string, body: object): Promise<string> {
  const response = await fetch(`${server.origin}/api/${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  return `${response.status} ${await response.text()}`;
}

function originOf(server: ServerProcess | undefined): string {
  if (!server) throw new Error("There is no instance to ask; start at least one.");
  return server.origin;
}
