import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { BalancerTarget } from "@/lib/simulator/stack/start-balancer";

/** What a balancer knows of its targets. */
export interface BalancerState {
  port: number;
  /** How many connections each target was given so far. */
  connections: number[];
  ready: boolean[];
}

/** A balancer in a process of its own. */
export interface BenchBalancer {
  port: number;
  pid: number;
  state: () => Promise<BalancerState>;
  stop: () => Promise<void>;
}

/** Starts it (`dist/bench-balancer.mjs`); it ends with this process. @param port of its own; default a free one */
export async function startBenchBalancer(targets: readonly BalancerTarget[], port = 0): Promise<BenchBalancer> {
  const child = fork(join("dist", "bench-balancer.mjs"), {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, BENCH_BALANCER: JSON.stringify({ targets, port }) },
  });
  const [started] = (await once(child, "message")) as [BalancerState];
  return {
    port: started.port,
    pid: child.pid ?? 0,
    async state() {
      const answer = once(child, "message") as Promise<[BalancerState]>;
      child.send("state");
      return (await answer)[0];
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}
