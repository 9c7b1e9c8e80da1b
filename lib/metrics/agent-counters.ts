/**
 * What agents' calls did in this process since it started: whole numbers that only grow, plain fields so that a call costs an addition.
 * A request adds to one of the calls, and to `refused4xx` or `refused5xx` as well when that was its answer.
 */
export interface AgentCounters {
  /** Asked what to run; `emptyReads` of them got nothing to run. */
  reads: number;
  emptyReads: number;
  /** Brought answers; `storedWrites` of them changed the database, `repeatedWrites` said what was known. */
  writes: number;
  storedWrites: number;
  repeatedWrites: number;
  configs: number;
  orbitConfigs: number;
  /** Enrolment, logs, device pages and all else that agents call. */
  otherCalls: number;
  refused4xx: number;
  refused5xx: number;
  /** A host's key found in memory, or looked up in the database. */
  hostHits: number;
  hostMisses: number;
  catalogueLoads: number;
  /** News heard from the database. */
  notifications: number;
  /** Rows of last-seen times written. */
  seenRowsWritten: number;
  /** Transactions that stored check-ins, and the check-ins in them. */
  batches: number;
  batchedCheckIns: number;
  /** Policy results that were inserted or changed. */
  resultsStored: number;
}

// Next bundles route code apart from the server, so what must exist once per process hangs on globalThis.
const shared = globalThis as unknown as { flotillaAgentCounters?: AgentCounters };

/** This process's counters of agents' calls. */
export const agentCounters: AgentCounters = (shared.flotillaAgentCounters ??= {
  reads: 0,
  emptyReads: 0,
  writes: 0,
  storedWrites: 0,
  repeatedWrites: 0,
  configs: 0,
  orbitConfigs: 0,
  otherCalls: 0,
  refused4xx: 0,
  refused5xx: 0,
  hostHits: 0,
  hostMisses: 0,
  catalogueLoads: 0,
  notifications: 0,
  seenRowsWritten: 0,
  batches: 0,
  batchedCheckIns: 0,
  resultsStored: 0,
});

/** All calls of agents that counters have seen. */
export function countCalls({ reads, writes, configs, orbitConfigs, otherCalls }: AgentCounters): number {
  return reads + writes + configs + orbitConfigs + otherCalls;
}
