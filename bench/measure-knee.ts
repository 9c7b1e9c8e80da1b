import type { BenchOptions } from "./bench-options";
import { usualFleet } from "./fleet-plan";
import { startLoad, type Load, type LoadReport } from "./load/start-load";
import { pause } from "./pause";
import { pinProcesses } from "./pin-processes";
import { errorText, printMachine, watchMachine, whole, ms, type MachineUse } from "./print-load";
import { startBenchServer } from "./start-bench-server";

const kneeP99Ms = 1000;
const mostSteps = 8;
const settleSeconds = 10;

/** Adds hosts, a fifth at a time, until the p99 of an answer passes a second or a call fails, and prints where that was. */
export async function measureKnee(options: BenchOptions): Promise<void> {
  const first = options.hosts ?? (options.quick ? 10_000 : 100_000);
  const step = Math.max(1, Math.round(first / 5));
  const seconds = options.seconds ?? (options.quick ? 15 : 45);
  console.log(`   ${whole(first, 0)} hosts, then ${whole(step, 0)} more every ${seconds} s; the fleet, the gate and the schedule are those of hold.`);
  const bench = await startBenchServer(options.folder, { ...usualFleet, hosts: first + step * (mostSteps - 1), now: new Date() });
  const load = await startLoad({ fleet: bench.fleet, port: bench.port, hosts: 0 });
  pinProcesses(bench, load);
  try {
    const machine = watchMachine({ server: bench.server.pid, agentsTid: bench.agentsTid, postgres: bench.postgres.pid, load: load.pid });
    const rampSeconds = Math.min(90, Math.max(5, Math.round(first / 1250)));
    await load.setHosts(first, rampSeconds);
    await pause(rampSeconds + settleSeconds);
    let held: { hosts: number; report: LoadReport } | undefined;
    console.log(`\n   ${"hosts".padStart(9)} ${"answers/s".padStart(10)} ${["p50", "p99", "p99.9", "max"].map((name) => name.padStart(8)).join(" ")}`);
    for (let nth = 0; nth < mostSteps; nth += 1) {
      const hosts = first + step * nth;
      const { report, use } = await holdStep(load, machine, hosts, seconds, nth > 0);
      const { p50, p99, p999, max, errors, errorCount } = report.all;
      console.log(`   ${whole(hosts, 9)} ${whole(report.answersPerSecond)} ${[p50, p99, p999, max].map(ms).join(" ")}${errorText(errors)}`);
      printMachine(use, report);
      if (errorCount > 0 || !(p99 < kneeP99Ms)) return printKnee(hosts, report, held);
      held = { hosts, report };
    }
    console.log(`   the knee lies beyond ${whole(held?.hosts ?? 0, 0)} hosts (p99 ${held?.report.all.p99.toFixed(1)} ms): give --hosts more to begin with`);
  } finally {
    await load.stop();
    await bench.stop();
  }
}

async function holdStep(
  load: Load,
  machine: () => MachineUse,
  hosts: number,
  seconds: number,
  isMore: boolean,
): Promise<{ report: LoadReport; use: MachineUse }> {
  if (isMore) {
    await load.setHosts(hosts, settleSeconds);
    await pause(settleSeconds);
  }
  // Hosts that begin are read from the database once; what is measured is the fleet as it then goes on.
  await load.window();
  machine();
  await pause(Math.max(1, seconds - settleSeconds));
  return { report: await load.window(), use: machine() };
}

function printKnee(hosts: number, { all }: LoadReport, held: { hosts: number; report: LoadReport } | undefined): void {
  const why = all.errorCount > 0 ? `${whole(all.errorCount, 0)} calls failed` : `p99 passed 1 s (${all.p99.toFixed(0)} ms)`;
  const before = held
    ? `up to ${whole(held.hosts, 0)} hosts it was ${held.report.all.p99.toFixed(1)} ms without an error`
    : "fewer hosts weren't tried: give --hosts less to begin with";
  console.log(`   KNEE at ${whole(hosts, 0)} hosts: ${why}; ${before}`);
}
