import { getPool } from "@/lib/db/pool";
import { registerAgentMetrics } from "@/lib/metrics/register-agent-metrics";
import { registerProcessMetrics } from "@/lib/metrics/register-process-metrics";
import { gauge } from "./gauge";

/** Shows what every thread has of its own as metrics: its event loop, its memory, its connection pool and what it counts. */
export function registerThreadMetrics(): void {
  registerProcessMetrics();
  registerAgentMetrics();
  gauge("flotilla_database_pool_connections", "Connections that the pool holds.", async (set) => set(getPool().totalCount));
  gauge("flotilla_database_pool_idle", "Connections of the pool that nobody uses.", async (set) => set(getPool().idleCount));
  gauge("flotilla_database_pool_waiting", "Callers that wait for a connection.", async (set) => set(getPool().waitingCount));
}
