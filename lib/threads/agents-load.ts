import { monitorEventLoopDelay } from "node:perf_hooks";
import { getPool } from "../db/pool";

const resolutionMs = 20;
const busyDelayMs = 10;
const lookEveryMs = 250;

const shared = globalThis as unknown as { flotillaAgentsLoad?: Int32Array };

/** Memory in which the agents' thread says whether it is busy: nobody has to ask it just then. */
export function makeAgentsLoad(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Lets this thread know of the agents' thread's load. */
export function watchAgentsLoad(load: Int32Array): void {
  shared.flotillaAgentsLoad = load;
}

/** Whether the agents' thread is late, or waits for its database connections. */
export function areAgentsBusy(): boolean {
  return shared.flotillaAgentsLoad !== undefined && Atomics.load(shared.flotillaAgentsLoad, 0) === 1;
}

/** Says from now on, in the agents' thread, whether it is busy: by the mean of a quarter of a second, which tells a loop that is full from one long tick. */
export function tellAgentsLoad(load: Int32Array): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  setInterval(() => {
    const isBusy = delay.mean / 1e6 - resolutionMs > busyDelayMs || getPool().waitingCount > 0;
    Atomics.store(load, 0, isBusy ? 1 : 0);
    delay.reset();
  }, lookEveryMs).unref();
}
