import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
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

// The generator stands for 100,000 computers elsewhere, which don't wait for this server's database. A nice value would count among the bench's own processes alone,
// for the system shares time out between sessions first, and PostgreSQL has one of its own.
function putFirst(load: number): void {
  try {
    execFileSync("chrt", ["--rr", "--pid", "1", String(load)], { stdio: "ignore" });
    console.log("   the generator goes before all others on its core");
  } catch (cause) {
    console.log(`   the generator shares its core as all others do: to put it first takes root and chrt (${(cause as Error).message.split("\n")[0]})`);
  }
}

function pin(id: number, core: number): void {
  execFileSync("taskset", ["--pid", "--cpu-list", String(core), String(id)], { stdio: "ignore" });
}
