import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { childrenOf } from "./process-stats";

/** The processes of one measurement. */
export interface Pinned {
  server: number;
  postgres: number;
  load: number;
}

/**
 * Gives the server's event loop one core to itself and the rest of them another, as a careful operator does; otherwise the system moves them about, and each
 * move costs both. Its helper threads stay free. Says what it did.
 */
export function pinProcesses({ server, postgres, load }: Pinned): void {
  if (availableParallelism() < 2) return console.log("   one core: nothing to pin");
  try {
    pin(server, 0);
    for (const pid of [postgres, ...childrenOf(postgres), load]) pin(pid, 1);
    console.log("   pinned: the server's main thread to core 0, PostgreSQL and the generator to core 1");
  } catch (cause) {
    console.log(`   not pinned, taskset isn't usable here: ${(cause as Error).message.split("\n")[0]}`);
  }
}

function pin(pid: number, core: number): void {
  execFileSync("taskset", ["--pid", "--cpu-list", String(core), String(pid)], { stdio: "ignore" });
}
