import { execFileSync } from "node:child_process";
import { availableParallelism, setPriority } from "node:os";
import { childrenOf } from "./process-stats";

/** The processes of one measurement. */
export interface Pinned {
  server: number;
  /** The server's thread that answers agents. */
  agentsTid: number;
  postgres: number;
  load: number;
}

/**
 * Gives the server's agents' thread one core to itself and the rest of them another, as a careful operator does; otherwise the system moves them about, and each
 * move costs both. The server's helper threads stay free. Says what it did.
 */
export function pinProcesses({ server, agentsTid, postgres, load }: Pinned): void {
  if (availableParallelism() < 2) return console.log("   one core: nothing to pin");
  try {
    pin(agentsTid, 0);
    // A process's number alone means its main thread: pages and jobs.
    for (const id of [server, postgres, ...childrenOf(postgres), load]) pin(id, 1);
    console.log("   pinned: the server's agents' thread to core 0, its main thread, PostgreSQL and the generator to core 1");
    putFirst(load);
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
