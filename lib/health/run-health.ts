import { readdir } from "node:fs/promises";
import { serverContext } from "@/lib/context";
import { getLogger } from "@/lib/log";
import { gauge } from "./gauge";
import { recordSample } from "./record-sample";
import { knownBacklog, registerServerMetrics } from "./register-server-metrics";
import { registerThreadMetrics } from "./register-thread-metrics";
import { SampleMeter, type ProcessFigures } from "./sample-meter";
import { ThreadMeter } from "./thread-meter";

const sampleEveryMs = 30_000;
/** A young process shows itself soon. */
const firstSampleAfterMs = 3000;

/** What runs until the process stops. */
export interface HealthRun {
  /** Leaves a last sample that says so; the database has to be open still. */
  stop(): Promise<void>;
}

/**
 * Begins to measure this process: its metrics, and a sample every half minute for Settings → Health. `isReady` says whether it serves, `askThreads` gives what
 * the other threads measured since they were asked last.
 */
export function runHealth(isReady: () => boolean, askThreads: () => Promise<Omit<ProcessFigures, "main">>): HealthRun {
  registerThreadMetrics();
  registerServerMetrics();
  // proc(5). The list is long where connections are many, so it is made outside the loop; the one that reads it isn't counted.
  if (process.platform === "linux") {
    gauge("process_open_fds", "Open file descriptors of this process.", async (set) => set((await readdir("/proc/self/fd")).length - 1));
  }
  const own = new ThreadMeter();
  const meter = new SampleMeter(new Date(Date.now() - process.uptime() * 1000), async () => {
    const others = await askThreads();
    return { main: await own.take(), ...others };
  });
  let sampling: Promise<void> | undefined;

  const first = setTimeout(sample, firstSampleAfterMs).unref();
  const every = setInterval(sample, sampleEveryMs).unref();

  // A database that is slow gets no second sample while it has the first.
  function sample(): void {
    sampling ??= record({ ready: isReady(), stopped: false }).finally(() => {
      sampling = undefined;
    });
  }

  async function record(state: { ready: boolean; stopped: boolean }): Promise<void> {
    try {
      await recordSample(serverContext(), meter, knownBacklog, state);
    } catch (error) {
      getLogger().warn({ "error.message": (error as Error).message }, "a sample of this process's figures wasn't kept; the next is taken in 30 s");
    }
  }

  return {
    async stop() {
      clearInterval(every);
      clearTimeout(first);
      await sampling;
      await record({ ready: false, stopped: true });
      own.stop();
    },
  };
}
