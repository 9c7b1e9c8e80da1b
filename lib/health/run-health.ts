import { serverContext } from "@/lib/context";
import { getLogger } from "@/lib/log";
import { fitAnswerStride } from "@/lib/metrics/answer-timer";
import { registerAgentMetrics } from "@/lib/metrics/register-agent-metrics";
import { registerProcessMetrics } from "@/lib/metrics/register-process-metrics";
import { recordSample } from "./record-sample";
import { knownBacklog, registerServerMetrics } from "./register-server-metrics";
import { SampleMeter } from "./sample-meter";

const lookEveryMs = 1000;
const sampleEveryMs = 30_000;
/** A young process shows itself soon. */
const firstSampleAfterMs = 3000;

/** What runs until the process stops. */
export interface HealthRun {
  /** Leaves a last sample that says so; the database has to be open still. */
  stop(): Promise<void>;
}

/** Begins to measure this process: its metrics, and a sample every half minute for Settings → Health. `isReady` says whether it serves. */
export function runHealth(isReady: () => boolean): HealthRun {
  registerProcessMetrics();
  registerAgentMetrics();
  registerServerMetrics();
  const meter = new SampleMeter(new Date(Date.now() - process.uptime() * 1000));
  let sampling: Promise<void> | undefined;

  const look = setInterval(() => {
    fitAnswerStride();
    meter.look();
  }, lookEveryMs).unref();
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
      clearInterval(look);
      clearInterval(every);
      clearTimeout(first);
      await sampling;
      await record({ ready: false, stopped: true });
      meter.stop();
    },
  };
}
