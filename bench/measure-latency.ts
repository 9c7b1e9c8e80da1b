import { Client } from "pg";
import { Agent } from "undici";
import { connectTenant } from "@/lib/simulator/stack/connect-tenant";
import { startStack, type Stack } from "@/lib/simulator/stack/start-stack";
import type { BenchOptions } from "./bench-options";
import { entraDeviceIdOf, hostNameOf, nodeKeyOf, outcomeOf, personOf, usualFleet, type SeededFleet } from "./fleet-plan";
import { HostAnswers } from "./load/host-answers";
import { startLoad, type Load } from "./load/start-load";
import { pause } from "./pause";
import { printCalls, printMachine, watchMachine } from "./print-load";
import { seedFleet } from "./seed-fleet";
import { findThread, metricsEnvironment } from "./server-metrics";
import { startBenchPostgres } from "./start-bench-server";

const flipsPerSecond = 2;
// Few enough that each is flipped again and again, failing and mending in turn; far enough apart in time that one flip is through before the next.
const flippingHosts = 24;
const spareHosts = 200;
const settleTimeoutSeconds = 180;
// What the simulator itself takes from receiving a message to having applied it; it is part of every figure.
const processingDelayMs = 500;
const target = { p50Ms: 1000, p99Ms: 5000 };

/**
 * Prints how long it takes from a failing, and from a mended, gated result being sent to Microsoft's simulator having applied what it was told,
 * while a fleet checks in. The hosts that flip are none of the load's.
 */
export async function measureLatency(options: BenchOptions): Promise<void> {
  const hosts = options.hosts ?? (options.quick ? 2000 : 10_000);
  const seconds = options.seconds ?? (options.quick ? 20 : 120);
  const postgres = await startBenchPostgres(options.folder);
  let stack: Stack | undefined;
  let load: Load | undefined;
  try {
    stack = await startStack({
      folder: options.folder,
      databaseUrl: postgres.url,
      microsoft: { processingDelayMs, tenants: ["happy"] },
      environment: { LOG_LEVEL: "error", ...metricsEnvironment },
    });
    await connectTenant(stack);
    await stack.server.stop();
    const fleet = await seedConnectedFleet(postgres.url, stack, hosts);
    await stack.restartServer();
    const port = Number(new URL(stack.server.origin).port);
    const rampSeconds = Math.max(5, Math.round(hosts / 1000));
    load = await startLoad({ fleet, port, hosts, rampSeconds });
    const machine = watchMachine({
      server: stack.server.pid,
      agentsTid: await findThread(stack.server.origin, "agents"),
      postgres: postgres.pid,
      load: load.pid,
    });
    await pause(rampSeconds + 10);
    await load.window();
    machine();
    const taken = await flipHosts(stack, fleet, port, hosts, seconds);
    const report = await load.window();
    console.log(
      `   ${hosts.toLocaleString("en")} hosts of load, the gate on, default settings (gated policies asked every 60 s); ${flippingHosts} other hosts flip, ${flipsPerSecond} times a second.`,
    );
    console.log(`   From sending the result to Microsoft having applied the message; the simulator itself takes ${processingDelayMs} ms of it.\n`);
    print("failing", taken.failing);
    print("mended", taken.mended);
    console.log("\n   the load meanwhile:");
    printCalls(report);
    printMachine(machine(), report);
  } finally {
    await load?.stop();
    await stack?.close();
    await postgres.stop();
  }
}

/** A fleet whose every device Microsoft, too, takes for managed and for what was told last. */
async function seedConnectedFleet(databaseUrl: string, stack: Stack, hosts: number): Promise<SeededFleet> {
  const { domain, id: tenantId } = stack.microsoft.tenants.happy;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ id: number }>("select id from entra_connections where is_default").finally(() => client.end());
  const connectionId = rows[0]?.id;
  if (connectionId === undefined) throw new Error("The tenant was connected, but no connection is the default one.");
  const fleet = await seedFleet(
    databaseUrl,
    { ...usualFleet, hosts: hosts + spareHosts, scopedPolicies: 0, entra: { connectionId, tenantId, domain, told: true }, now: new Date() },
    (line) => console.log(`   ${line}`),
  );
  for (let n = 0; n < fleet.hosts; n += 1) {
    const deviceId = entraDeviceIdOf(n);
    stack.microsoft.registerDevice({ tenantId, deviceId, displayName: hostNameOf(n), upn: personOf(n, domain), os: "macOS" });
    stack.microsoft.updateDevice("happy", deviceId, { isManaged: true, isCompliant: passesGate(fleet, n) });
  }
  return fleet;
}

function passesGate(fleet: SeededFleet, n: number): boolean {
  return fleet.policyIds.slice(0, fleet.gatedPolicies).every((_, index) => outcomeOf(fleet, n, index) === "pass");
}

async function flipHosts(stack: Stack, fleet: SeededFleet, port: number, from: number, seconds: number): Promise<{ failing: number[]; mended: number[] }> {
  const dispatcher = new Agent({ connections: 8, pipelining: 1 });
  const flippers = Array.from({ length: fleet.hosts - from }, (_, at) => from + at)
    .filter((n) => passesGate(fleet, n))
    .slice(0, flippingHosts);
  const answers = new HostAnswers(fleet);
  const ask = { details: [], labels: [], policies: fleet.policyIds, wildcard: false, accelerateSeconds: 0 };
  const taken: { failing: number[]; mended: number[] } = { failing: [], mended: [] };
  const waiting: Promise<void>[] = [];
  const started = performance.now();
  for (let nth = 0; performance.now() < started + seconds * 1000; nth += 1) {
    const n = flippers[nth % flippers.length] ?? from;
    // The pick below a policy's share of them all is the first one, which gates.
    answers.flip(n, 0);
    const passes = Math.floor(nth / flippers.length) % 2 === 1;
    const sentAt = Date.now();
    const answer = await dispatcher.request({
      origin: `http://127.0.0.1:${port}`,
      path: "/api/osquery/distributed/write",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: answers.write(n, nodeKeyOf(n), ask, sentAt),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`A write answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    waiting.push(untilApplied(stack, n, passes).then((at) => void (passes ? taken.mended : taken.failing).push(at - sentAt)));
    await pause(Math.max(0, (started + ((nth + 1) * 1000) / flipsPerSecond - performance.now()) / 1000));
  }
  await Promise.all(waiting);
  await dispatcher.close();
  return taken;
}

/** When Microsoft applied it, in milliseconds since 1970. @throws Error when it doesn't within three minutes */
async function untilApplied(stack: Stack, n: number, compliant: boolean): Promise<number> {
  const deadline = Date.now() + settleTimeoutSeconds * 1000;
  for (;;) {
    const device = stack.microsoft.device("happy", entraDeviceIdOf(n));
    if (device?.isCompliant === compliant) return Date.parse(device.history.findLast((message) => message.outcome === "applied")?.processedAt ?? "");
    if (Date.now() > deadline)
      throw new Error(`Waited ${settleTimeoutSeconds} s for ${hostNameOf(n)} to become ${compliant ? "" : "not "}compliant at Microsoft.`);
    await pause(0.02);
  }
}

function print(name: string, milliseconds: number[]): void {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  const met = at(0.5) < target.p50Ms && at(0.99) < target.p99Ms;
  const seconds = [0.5, 0.95, 0.99, 1].map((share) => `${(at(share) / 1000).toFixed(2)} s`);
  console.log(
    `   ${name.padEnd(8)} p50 ${seconds[0]}   p95 ${seconds[1]}   p99 ${seconds[2]}   most ${seconds[3]}   (${sorted.length} flips)   ${met ? "met" : "NOT MET"}: p50 under 1 s, p99 under 5 s`,
  );
}
