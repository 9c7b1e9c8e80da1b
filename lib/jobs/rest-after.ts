import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import { getPool } from "../db/pool";
import { agentsTimeUsed, areAgentsBusy } from "../threads/agents-load";

const resolutionMs = 20;
const busyDelayMs = 10;
const longestMs = 1000;
/** Of a host that changes, by what agents take of their thread for what they leave of it: 5 ms where each is half, none where nobody asks, 20 at most. */
const hostMs = { even: 5, most: 20 };
const shared = globalThis as unknown as { flotillaLoopDelay?: IntervalHistogram };

/** What a piece of background work asks of the rest behind it. */
interface Piece {
  /** The least rest in milliseconds. */
  leastMs?: number;
  /** So many hosts have changed, each of which the agents' thread will read anew. */
  hosts?: number;
}

/**
 * Rests between two pieces of background work, so that others come first: twice as long as the piece took, and six times while agents or pages are
 * waiting; at most a second, unless the piece wants more. Agents have a thread of their own, but share the database and the machine; pages share this thread.
 * The more of their thread's time agents take, the fewer hosts change in a second: 600 at a quarter, 200 at half, 50 when hardly any is left.
 * @param startedAt when the piece began, by performance.now()
 */
export function restAfter(startedAt: number, { leastMs = 0, hosts = 0 }: Piece = {}): Promise<void> {
  const tookMs = performance.now() - startedAt;
  const used = agentsTimeUsed();
  const pacedMs = hosts * Math.min(hostMs.most, (hostMs.even * used) / (1 - used));
  const restMs = Math.max(leastMs, pacedMs, Math.min(longestMs, tookMs * (isBusy() ? 6 : 2)));
  return new Promise((resolve) => setTimeout(resolve, restMs));
}

// Since the rest before: the mean tells a loop that is full from one long tick, which may have been our own.
function isBusy(): boolean {
  if (!shared.flotillaLoopDelay) {
    shared.flotillaLoopDelay = monitorEventLoopDelay({ resolution: resolutionMs });
    shared.flotillaLoopDelay.enable();
  }
  const lagMs = shared.flotillaLoopDelay.mean / 1e6 - resolutionMs;
  shared.flotillaLoopDelay.reset();
  return lagMs > busyDelayMs || getPool().waitingCount > 0 || areAgentsBusy();
}
