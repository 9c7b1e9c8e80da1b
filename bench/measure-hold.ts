import type { BenchOptions } from "./bench-options";
import { usualFleet } from "./fleet-plan";
import { startLoad, type LoadReport } from "./load/start-load";
import { pause } from "./pause";
import { pinProcesses } from "./pin-processes";
import { printCalls, printMachine, watchMachine } from "./print-load";
import { peakResidentMb } from "./process-stats";
import { startBenchServer } from "./start-bench-server";

const mostP99Ms = 250;
const mostServerMb = 1024;
const settleSeconds = 15;

/** Holds a fleet on one server and its database, prints every minute's figures, and says whether each requirement was met. */
export async function measureHold(options: BenchOptions): Promise<void> {
  const hosts = options.hosts ?? (options.quick ? 10_000 : 100_000);
  const seconds = (options.minutes ?? (options.quick ? 0.5 : 10)) * 60;
  const rampSeconds = Math.min(90, Math.max(5, Math.round(hosts / 1250)));
  console.log(
    `   ${hosts.toLocaleString("en")} hosts in 10 teams with the gate on; 20 policies, 3 of them gate; no connection to Microsoft, so verdicts are reached and nobody is told.`,
  );
  console.log(`   Each: read every 10 s, orbit config 30 s, config 60 s, tray 2 × 5 min, ping 5 min, token 1 h, no logs; what is asked is answered.`);
  const bench = await startBenchServer(options.folder, { ...usualFleet, hosts, now: new Date() });
  const load = await startLoad({ fleet: bench.fleet, port: bench.port, hosts, rampSeconds });
  pinProcesses(bench, load);
  try {
    const machine = watchMachine({ server: bench.server.pid, agentsTid: bench.agentsTid, postgres: bench.postgres.pid, load: load.pid });
    await pause(rampSeconds + settleSeconds);
    const warmUp = await load.window();
    console.log(`\n   warm-up, ${rampSeconds} s ramp and ${settleSeconds} s:`);
    printCalls(warmUp);
    printMachine(machine(), warmUp);
    await load.startOver();
    for (let held = 0; held < seconds; held += 60) {
      await pause(Math.min(60, seconds - held));
      const report = await load.window();
      console.log(
        `\n   minute ${held / 60 + 1}: ${Math.round(report.answersPerSecond).toLocaleString("en")} answers a second, ${report.activeHosts.toLocaleString("en")} hosts`,
      );
      printCalls(report);
      printMachine(machine(), report);
    }
    printVerdict(await load.total(), warmUp, peakResidentMb(bench.server.pid), hosts, seconds);
  } finally {
    await load.stop();
    await bench.stop();
  }
}

function printVerdict(total: LoadReport, warmUp: LoadReport, peakMb: number, hosts: number, seconds: number): void {
  console.log(`\n   all ${(seconds / 60).toFixed(1)} minutes:`);
  printCalls(total);
  const line = (met: boolean, text: string) => console.log(`   ${met ? "met    " : "NOT MET"} ${text}`);
  line(
    total.all.errorCount === 0 && total.all.answers > 0,
    `no error: ${total.all.errorCount.toLocaleString("en")} in ${total.all.answers.toLocaleString("en")} answers of ${hosts.toLocaleString("en")} hosts (warm-up: ${warmUp.all.errorCount})`,
  );
  line(total.all.p99 < mostP99Ms, `p99 of an answer under ${mostP99Ms} ms: ${total.all.p99.toFixed(1)} ms, over ${total.sockets} sockets`);
  line(peakMb < mostServerMb, `server memory under 1 GB: ${peakMb.toFixed(0)} MB at its most`);
}
