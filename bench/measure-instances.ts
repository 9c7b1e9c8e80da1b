import { cpus } from "node:os";
import { identifyBody, writeBody, type BenchHost } from "./agent-bodies";
import type { BenchOptions } from "./bench-options";
import { compareAnswers, measureAgreement } from "./compare-instances";
import { nodeKeyOf, usualFleet, type SeededFleet } from "./fleet-plan";
import { postRequest, runClosedLoop, type LoadResult } from "./load-client";
import { startLoad } from "./load/start-load";
import { pause } from "./pause";
import { errorText, ms, percent, whole } from "./print-load";
import { cpuSeconds, postgresCpuSeconds, residentMb } from "./process-stats";
import { startReportHosts } from "./report-hosts";
import { startInstances, type Instances } from "./start-instances";
import { watchJobs } from "./watch-jobs";

const connections = 64;
const reportHosts = 100;
const agreeMostMs = 1000;

/** Several app processes on one database behind a plain balancer, against one behind the same: throughput, answers, agreement, and a rolling restart under load. */
export async function measureInstances(options: BenchOptions): Promise<void> {
  const count = Math.max(2, options.instances);
  const hosts = options.hosts ?? (options.quick ? 1000 : 5000);
  console.log(
    `   ${count} instances; ${hosts.toLocaleString("en")} hosts, 20 policies, 5 labels; ${reportHosts} more hosts that Microsoft's simulator is told about.`,
  );
  const instances = await startInstances(options.folder, { ...usualFleet, gate: false, gatedPolicies: 0, hosts, now: new Date() }, count);
  try {
    await compareThroughput(instances, options);
    const readJobs = await watchJobs(instances.databaseUrl);
    const { asked, differing } = await compareAnswers(instances);
    console.log(`\n   the same question to all ${count}:`);
    verdict(differing.length === 0, `equal answers: ${differing.length} of ${asked} differ`, differing);
    for (const [what, times] of Object.entries(await measureAgreement(instances))) {
      const sorted = times.toSorted((a, b) => a - b);
      const most = sorted.at(-1) ?? Number.NaN;
      const late = times.some(Number.isNaN);
      verdict(
        !late && most < agreeMostMs,
        `${what} by the others within a second: median ${ms(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).trim()} ms, most ${late ? "over 5,000" : ms(most).trim()} ms, ${times.length} rounds`,
      );
    }
    await restartInTurn(instances, options, hosts);
    const { moments, doubled, taken, takenAgain } = await readJobs();
    console.log(`\n   jobs, over all of the above:`);
    verdict(doubled.length === 0 && moments > 0, `what the clock starts is made once: ${doubled.length} of ${moments} moments weren't`, doubled);
    verdict(takenAgain.length === 0, `every job is taken by one worker, once: ${taken.toLocaleString("en")} were taken`, takenAgain);
  } finally {
    await instances.stop();
  }
}

async function compareThroughput(instances: Instances, options: BenchOptions): Promise<void> {
  const seconds = options.seconds ?? (options.quick ? 2 : 5);
  const rounds = options.rounds ?? (options.quick ? 1 : 3);
  const { fleet, servers, balancer, first } = instances;
  const reads = Array.from({ length: fleet.hosts }, (_, n) => request("read", identifyBody(asHost(n))));
  const writes = [0, 1].map((variant) => Array.from({ length: fleet.hosts }, (_, n) => request("write", changingWrite(fleet, n, variant))));
  const perRound = Math.max(1, Math.floor(fleet.hosts / connections));
  const pick = (bodies: Buffer[] | undefined, connection: number, nth: number) => bodies?.[(connection + nth * connections) % fleet.hosts] as Buffer;
  const loads: [string, (connection: number, nth: number) => Buffer][] = [
    ["empty read", (connection, nth) => pick(reads, connection, nth)],
    ["write, changed", (connection, nth) => pick(writes[Math.floor(nth / perRound) % 2], connection, nth % perRound)],
  ];
  console.log(`\n   ${connections} connections in a closed loop, each way ${rounds} × ${seconds} s in turn; CPU in shares of one core:`);
  console.log(
    `   ${"check-in".padEnd(15)} ${"instances".padStart(9)} ${"answers/s".padStart(10)} ${"p50".padStart(8)} ${"p99".padStart(8)}   servers, balancer, PostgreSQL, load`,
  );
  for (const [name, send] of loads) {
    const ratios: number[] = [];
    const taken: Record<"one" | "all", { load: LoadResult; cpu: string }[]> = { one: [], all: [] };
    for (let round = 0; round < rounds; round += 1) {
      const run = async (through: "one" | "all") => {
        const way = through === "one" ? first : balancer;
        const used = cpuOf([servers.map((server) => server.pid), [way.pid], "postgres", [process.pid]], instances.postgresPid);
        const load = await runClosedLoop({ port: way.port, connections, seconds, request: send });
        taken[through].push({ load, cpu: used() });
        return load.requestsPerSecond;
      };
      const one = await run("one");
      ratios.push((await run("all")) / one);
    }
    for (const through of ["one", "all"] as const) {
      const middle = taken[through].toSorted((a, b) => a.load.requestsPerSecond - b.load.requestsPerSecond)[Math.floor(rounds / 2)];
      if (!middle) continue;
      const { load, cpu } = middle;
      // A read that asks something is longer than an empty one, and as good.
      const { length: _length, ...others } = load.others;
      console.log(
        `   ${name.padEnd(15)} ${String(through === "one" ? 1 : servers.length).padStart(9)} ${whole(load.requestsPerSecond)} ${ms(load.p50)} ${ms(load.p99)}   ${cpu}${errorText(others)}`,
      );
    }
    const sorted = ratios.toSorted((a, b) => a - b);
    console.log(
      `   ${"".padEnd(15)} ratio ${(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(2)} [${(sorted[0] ?? Number.NaN).toFixed(2)}-${(sorted.at(-1) ?? Number.NaN).toFixed(2)}]`,
    );
  }
  console.log(
    `   Servers, balancer, PostgreSQL and this load share ${cpus().length} cores: where the shares add up to ${cpus().length * 100} %, the machine is the limit and not an instance, and more of them can't answer more.`,
  );
}

async function restartInTurn(instances: Instances, options: BenchOptions, hosts: number): Promise<void> {
  const calmSeconds = options.quick ? 5 : 15;
  const reports = await startReportHosts(instances, reportHosts);
  const load = await startLoad({ fleet: instances.fleet, port: instances.balancer.port, hosts: hosts - 100, connections: "own", rampSeconds: 10 });
  console.log(
    `\n   a rolling restart under load: every host has its own connection through the balancer; a host that Microsoft is told about changes ten times a second.`,
  );
  console.log(`   ${"".padEnd(22)} ${"answers/s".padStart(10)} ${"p50".padStart(8)} ${"p99".padStart(8)} ${"max".padStart(8)}   connections at each`);
  try {
    await pause(15);
    await load.startOver();
    const print = async (name: string, more = "") => {
      const { all, seconds } = await load.window();
      const { connections: given } = await instances.balancer.state();
      console.log(
        `   ${name.padEnd(22)} ${whole(all.answers / seconds)} ${ms(all.p50)} ${ms(all.p99)} ${ms(all.max)}   ${given.join(", ")}${more}${errorText(all.errors)}`,
      );
    };
    reports.start();
    await pause(calmSeconds);
    await print("calm");
    for (const index of instances.servers.keys()) {
      const { stopped, started } = await instances.restart(index);
      await print(`instance ${index + 1} restarts`, `   (${stopped.toFixed(1)} s to stop, ${started.toFixed(1)} s to start)`);
      await pause(calmSeconds);
      await print("calm");
    }
    await reports.stop();
    const { all } = await load.total();
    verdict(all.errorCount === 0 && all.answers > 0, `no failed check-in: ${all.errorCount} in ${all.answers.toLocaleString("en")} answers`);
    verdict(reports.repeated === 0, `no write that changes a verdict had to be sent again: ${reports.repeated} of ${reports.changes}`);
    const { messages, doubled, wrong } = await reports.inspect();
    verdict(wrong.length === 0, `Entra agrees with every host: wrong about ${wrong.length} of ${reports.count}`, wrong);
    const most = reports.count + reports.changes;
    verdict(
      doubled.length === 0 && messages <= most,
      `no message was sent twice: ${messages} for ${most} verdicts, ${doubled.length} of them repeated`,
      doubled,
    );
    console.log(`   memory: ${instances.servers.map(({ pid }) => `${residentMb(pid).toFixed(0)} MB`).join(", ")}`);
  } finally {
    await load.stop();
  }
}

function verdict(met: boolean, text: string, details: readonly string[] = []): void {
  console.log(`   ${met ? "met    " : "NOT MET"} ${text}`);
  for (const detail of details.slice(0, 10)) console.log(`           ${detail}`);
}

function cpuOf(groups: (number[] | "postgres")[], postgresPid: number): () => string {
  const read = () => groups.map((pids) => (pids === "postgres" ? postgresCpuSeconds(postgresPid) : pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)));
  const before = read();
  const began = performance.now();
  return () =>
    read()
      .map((now, index) => percent(((now - (before[index] ?? 0)) * 1000) / (performance.now() - began)).trim())
      .join(", ");
}

function request(what: "read" | "write", body: Buffer): Buffer {
  return postRequest(`/api/osquery/distributed/${what}`, body.toString());
}

function asHost(n: number): BenchHost {
  return { uuid: "", serial: "", name: "", nodeKey: nodeKeyOf(n), entraDeviceId: "", userPrincipalName: "" };
}

// Every policy's answer differs between the two variants, so that each time round the hosts all of it is stored.
function changingWrite(fleet: SeededFleet, n: number, variant: number): Buffer {
  return writeBody(asHost(n), new Map(fleet.policyIds.map((id, index) => [id, (index + variant) % 2 === 0])), fleet.labelIds);
}
