import { agentCaches } from "@/lib/agents/agent-caches";
import { gauge } from "./gauge";
import { registerThreadMetrics } from "./register-thread-metrics";
import { ThreadMeter } from "./thread-meter";

/** Begins to measure the agents' thread, in that thread: its metrics, and the figures that its meter gives. @param connections what is open at its ports */
export function measureAgents(connections: { size: number }): ThreadMeter {
  registerThreadMetrics();
  gauge("flotilla_open_connections", "Connections of agents and people that are open.", async (set) => set(connections.size));
  gauge("flotilla_host_cache_entries", "Agents' keys that stand in memory.", async (set) => set(agentCaches().size));
  gauge("flotilla_listen_connected", "1 while this process hears of changes; at 0 it answers every agent from the database.", async (set) => {
    set(agentCaches().isTrusted ? 1 : 0);
  });
  return new ThreadMeter();
}
