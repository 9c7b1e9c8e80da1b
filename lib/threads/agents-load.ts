import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getPool } from "../db/pool";

const resolutionMs = 20;
const busyDelayMs = 10;
const lookEveryMs = 250;
const [busyAt, usedAt] = [0, 1];
const whole = 1000;

const shared = globalThis as unknown as { flotillaAgentsLoad?: Int32Array };

/** Memory in which the agents' thread says how busy it is: nobody has to ask it just then. */
export function makeAgentsLoad(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Lets this thread know of the agents' thread's load. */
export function watchAgentsLoad(load: Int32Array): void {
  shared.flotillaAgentsLoad = load;
}

/** Whether the agents' thread is late, or waits for its database connections. */
export function areAgentsBusy(): boolean {
  return read(busyAt) === 1;
}

/** The share of its time that the agents' thread used lately, 0 to 1. */
export function agentsTimeUsed(): number {
  return read(usedAt) / whole;
}

function read(at: number): number {
  return shared.flotillaAgentsLoad === undefined ? 0 : Atomics.load(shared.flotillaAgentsLoad, at);
}

/** Says from now on, in the agents' thread, how busy it is, to all threads and itself: by the mean of a quarter of a second, which tells a loop that is full from one long tick. */
export function tellAgentsLoad(load: Int32Array): void {
  watchAgentsLoad(load);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const isBusy = delay.mean / 1e6 - resolutionMs > busyDelayMs || getPool().waitingCount > 0;
    delay.reset();
    const now = performance.eventLoopUtilization();
    Atomics.store(load, usedAt, Math.round(performance.eventLoopUtilization(now, before).utilization * whole));
    before = now;
    Atomics.store(load, busyAt, isBusy ? 1 : 0);
  }, lookEveryMs).unref();
}
