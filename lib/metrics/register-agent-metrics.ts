import { Counter } from "prom-client";
import { agentCounters, type AgentCounters } from "./agent-counters";
import { metric } from "./registry";

const plainCounters: [name: string, help: string, field: keyof AgentCounters][] = [
  ["flotilla_results_stored_total", "Policy results that were inserted or changed.", "resultsStored"],
  ["flotilla_host_cache_hits_total", "Agents' keys that were found in memory.", "hostHits"],
  ["flotilla_host_cache_misses_total", "Agents' keys that were looked up in the database.", "hostMisses"],
  ["flotilla_catalogue_loads_total", "How often what is asked of hosts was read from the database.", "catalogueLoads"],
  ["flotilla_notifications_total", "Changes that the database told this process of.", "notifications"],
  ["flotilla_seen_rows_written_total", "Last-seen times that were written.", "seenRowsWritten"],
];

/** Shows the plain counters of agents' calls as metrics, read at each scrape. */
export function registerAgentMetrics(): void {
  metric("flotilla_checkins_total", (base) => {
    const counter = new Counter({
      ...base,
      help: "Calls of agents by what came of them.",
      labelNames: ["call", "outcome"] as const,
      collect() {
        this.reset();
        for (const [call, outcome, count] of callCounts(agentCounters)) this.inc({ call, outcome }, count);
      },
    });
    return counter;
  });
  metric("flotilla_checkins_refused_total", (base) => {
    const counter = new Counter({
      ...base,
      help: "Calls of agents that were refused: 4xx is the agent's fault, 5xx asks it to come again.",
      labelNames: ["status"] as const,
      collect() {
        this.reset();
        this.inc({ status: "4xx" }, agentCounters.refused4xx);
        this.inc({ status: "5xx" }, agentCounters.refused5xx);
      },
    });
    return counter;
  });
  for (const [name, help, field] of plainCounters) {
    metric(name, (base) => {
      const counter = new Counter({
        ...base,
        help,
        collect() {
          this.reset();
          this.inc(agentCounters[field]);
        },
      });
      return counter;
    });
  }
}

function callCounts(counts: AgentCounters): [call: string, outcome: string, count: number][] {
  return [
    ["read", "empty", counts.emptyReads],
    ["read", "asked", Math.max(0, counts.reads - counts.emptyReads)],
    ["write", "stored", counts.storedWrites],
    ["write", "repeated", counts.repeatedWrites],
    ["config", "answered", counts.configs],
    ["orbit_config", "answered", counts.orbitConfigs],
    ["other", "answered", counts.otherCalls],
  ];
}
