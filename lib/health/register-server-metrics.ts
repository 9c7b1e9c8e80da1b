import { Counter, Gauge } from "prom-client";
import { agentCaches } from "@/lib/agents/agent-caches";
import { serverContext } from "@/lib/context";
import { getPool } from "@/lib/db/pool";
import { countHosts } from "@/lib/hosts/count-hosts";
import { getLogger } from "@/lib/log";
import { metric } from "@/lib/metrics/registry";
import { boundedRead } from "./bounded-read";
import { ageInSeconds, readBacklog } from "./read-backlog";

const patienceMs = 2000;
const backlogKeptMs = 10_000;
const hostsKeptMs = 60_000;

/** What waits on the server, read from the database at most every ten seconds. */
export const knownBacklog = boundedRead(() => readBacklog(serverContext()), backlogKeptMs, patienceMs);
const knownHosts = boundedRead(() => countHosts(serverContext(), {}), hostsKeptMs, patienceMs);

/** Shows the connection pool, what stands in memory and what stands in the database as metrics. A read that fails leaves its gauges out and is counted; the scrape goes on. */
export function registerServerMetrics(): void {
  const errors = metric(
    "flotilla_scrape_errors_total",
    (base) => new Counter({ ...base, help: "Reads of the database for a scrape that failed or took too long; their gauges are missing from it." }),
  );
  gauge("flotilla_database_pool_connections", "Connections that the pool holds.", async (set) => set(getPool().totalCount));
  gauge("flotilla_database_pool_idle", "Connections of the pool that nobody uses.", async (set) => set(getPool().idleCount));
  gauge("flotilla_database_pool_waiting", "Callers that wait for a connection.", async (set) => set(getPool().waitingCount));
  gauge("flotilla_host_cache_entries", "Agents' keys that stand in memory.", async (set) => set(agentCaches().size));
  gauge("flotilla_listen_connected", "1 while this process hears of changes; at 0 it answers every agent from the database.", async (set) => {
    set(agentCaches().isTrusted ? 1 : 0);
  });
  gauge("flotilla_jobs_waiting", "Background jobs that are due and not running yet, on the whole server.", async (set) => {
    set((await knownBacklog()).jobs.waiting);
  });
  gauge("flotilla_job_oldest_age_seconds", "How long the longest waiting background job has been due.", async (set) => {
    const { at, jobs } = await knownBacklog();
    set(ageInSeconds(jobs.oldestAt, at));
  });
  gauge(
    "flotilla_reports_waiting",
    "Reports that haven't gone out to Microsoft, by connection.",
    async (set) => {
      for (const { connectionId, waiting } of (await knownBacklog()).reports) set(waiting, String(connectionId));
    },
    "connection",
  );
  gauge(
    "flotilla_report_oldest_age_seconds",
    "How long the longest waiting report that may go out has been due, by connection.",
    async (set) => {
      const { at, reports } = await knownBacklog();
      for (const { connectionId, oldestAt } of reports) set(ageInSeconds(oldestAt, at), String(connectionId));
    },
    "connection",
  );
  gauge(
    "flotilla_hosts",
    "Hosts by access: in is let in, held blocked, unsure unknown, loose unmanaged.",
    async (set) => {
      for (const [state, hosts] of Object.entries((await knownHosts()).byAccess)) set(hosts, state);
    },
    "access_state",
  );

  function gauge(name: string, help: string, read: (set: (value: number, word?: string) => void) => Promise<void>, label?: string): void {
    metric(name, (base) => {
      const made = new Gauge<string>({
        ...base,
        help,
        labelNames: label ? [label] : [],
        async collect() {
          this.reset();
          // Without labels a reset leaves a 0 that nobody read.
          if (!label) this.remove();
          try {
            await read((value, word) => (label ? this.set({ [label]: word ?? "" }, value) : this.set(value)));
          } catch (error) {
            errors.inc();
            getLogger().warn({ metric: name, "error.message": (error as Error).message }, "a metric couldn't be read from the database");
          }
        },
      });
      return made;
    });
  }
}
