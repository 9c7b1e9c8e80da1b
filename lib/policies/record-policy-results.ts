import type { SqlContext } from "@/lib/context";
import { agentCounters } from "@/lib/metrics/agent-counters";
import type { PolicyAnswer } from "./policy-answer";
import { deletePolicyResults, upsertPolicyResults } from "./policy-record-queries";

/**
 * Stores hosts' answers to policies, in the caller's transaction, after their rows were locked. The caller has checked scope.
 * Answers to an older version of a policy are left out: it counts as not answered yet.
 * @param ended results whose policy no longer concerns the host
 * @returns the hosts whose results changed
 */
export async function recordPolicyResults(
  tx: SqlContext,
  answers: readonly PolicyAnswer[],
  ended: readonly { hostId: number; policyId: number }[],
): Promise<number[]> {
  const changed = await upsertPolicyResults(tx.sql, answers, tx.now());
  agentCounters.resultsStored += changed.length;
  const dropped = await deletePolicyResults(tx.sql, ended);
  return [...new Set([...changed, ...dropped])];
}
