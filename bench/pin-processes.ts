import { execFileSync } from "node:child_process";
import { availableParallelism, setPriority } from "node:os";
import type { Load } from "./load/start-load";
import { childrenOf } from "./process-stats";
import type { BenchServer } from "./start-bench-server";

/**
 * Gives the server's agents' thread one core to itself and the rest of them another, as a careful operator does; otherwise the system moves them about, and each
 * move costs both. The server's helper threads stay free. Says what it did.
 */
export function pinProcesses({ server, agentsTid, checkInsTid, postgres }: BenchServer, load: Load): void {
  if (availableParallelism() < 2) return console.log("   one core: nothing to pin");
  try {
    pin(agentsTid, 0);
    // A process's number alone means its main thread: pages and jobs.
    for (const id of [server.pid, checkInsTid, postgres.pid, ...childrenOf(postgres.pid), load.pid]) pin(id, 1);
    console.log("   pinned: the server's agents' thread to core 0, its other two, PostgreSQL and the generator to core 1");
    putFirst(load.pid);
  } catch (cause) {
    console.log(`   not pinned, taskset isn't usable here: ${(cause as Error).message.split("\n")[0]}`);
  }
}

// The generator stands for 100,000 computers elsewhere, which don't wait for this server's database.
function putFirst(load: number): void {
  try {
    setPriority(load, -10);
    console.log("   the generator goes before all others on its core");
  } catch (cause) {
    console.log(`   the generator shares its core as all others do: a higher priority takes root (${(cause as Error).message})`);
  }
}

function pin(id: number, core: number): void {
  execFileSync("taskset", ["--pid", "--cpu-list", String(core), String(id)], { stdio: "ignore" });
}
