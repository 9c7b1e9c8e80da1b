import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { countUnknownAnswers } from "./assessment-queries";
import { endAttention, listPoliciesWithAttention, openAttentions } from "./attention-queries";

/** The attention item that says a query, not its hosts, is broken. */
export const policyQueryAtFault = "policy_query_at_fault";

const leastHosts = 5;
const tolerated = 0.2;

/** Whether so many hosts lack an answer that the query must be at fault: more than 20 % of those that should answer, and at least 5. */
export function isQueryAtFault(unknown: number, answers: number): boolean {
  return unknown >= leastHosts && unknown > answers * tolerated;
}

/**
 * Says which of these policies can't be answered because their own query is broken; they block nobody.
 * The first time, an admin is told once and the policy's other hosts are looked at again.
 */
export async function findPoliciesAtFault(tx: SqlContext, policyIds: readonly number[]): Promise<Set<number>> {
  if (policyIds.length === 0) return new Set();
  const atFault = (await countUnknownAnswers(tx.sql, policyIds)).filter(({ unknown, answers }) => isQueryAtFault(unknown, answers));
  const items = atFault.map(({ policyId, unknown, answers }) => ({
    code: policyQueryAtFault,
    subject: `policy:${policyId}`,
    policyId,
    details: { unknown, answers },
  }));
  const opened = new Set((await openAttentions(tx.sql, items, tx.now())).map(({ subject }) => subject));
  for (const { policyId, subject, details } of items) {
    if (!opened.has(subject)) continue;
    await recordActivity(tx, { type: "policy_query_at_fault", details: { policy_id: policyId, hosts_unknown: details.unknown, hosts_count: details.answers } });
    await requestReassessment(tx, { policyId }, "policy_at_fault");
  }
  return new Set(atFault.map(({ policyId }) => policyId));
}

/** Ends the item of each policy that is answered again or gates nothing any more, and looks at its hosts again. */
export async function endHealedFaults(tx: SqlContext): Promise<void> {
  const open = await listPoliciesWithAttention(tx.sql, policyQueryAtFault);
  if (open.length === 0) return;
  const counts = new Map(
    (
      await countUnknownAnswers(
        tx.sql,
        open.map(({ policyId }) => policyId),
      )
    ).map((count) => [count.policyId, count]),
  );
  for (const { policyId, gates } of open) {
    const count = counts.get(policyId);
    if (gates && count && isQueryAtFault(count.unknown, count.answers)) continue;
    await endAttention(tx.sql, [policyQueryAtFault], [`policy:${policyId}`], tx.now());
    await recordActivity(tx, { type: "policy_query_healed", details: { policy_id: policyId } });
    if (gates) await requestReassessment(tx, { policyId }, "policy_at_fault");
  }
}
