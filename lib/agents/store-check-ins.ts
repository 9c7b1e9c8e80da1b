import { assessHosts } from "@/lib/compliance/assess-hosts";
import type { SqlContext } from "@/lib/context";
import { markHostsSeen } from "@/lib/hosts/mark-hosts-seen";
import { recordEntraIdentities } from "@/lib/hosts/record-entra-identity";
import { recordHostDetails } from "@/lib/hosts/record-host-details";
import { recordLabelMembership } from "@/lib/labels/record-label-membership";
import { recordPolicyResults } from "@/lib/policies/record-policy-results";
import type { ReassessmentCause } from "@/lib/teams/request-reassessment";
import type { CheckIn } from "./plan-check-in";

/**
 * Stores check-ins of different hosts and decides about those whose facts changed, in the caller's transaction.
 * A host that is gone is left out. Identity comes before the verdict, so one check-in is enough.
 * @returns the hosts about which something changed
 */
export async function storeCheckIns(tx: SqlContext, checkIns: readonly CheckIn[]): Promise<void> {
  const written = new Map(
    (
      await recordHostDetails(
        tx,
        checkIns.map((checkIn) => checkIn.record),
      )
    ).map((host) => [host.hostId, host]),
  );
  const here = checkIns.filter((checkIn) => written.has(checkIn.record.hostId));
  const identities = new Map(here.flatMap(({ record, identity }) => (identity ? [[record.hostId, identity] as const] : [])));
  const identityChanged = await recordEntraIdentities(tx, identities);
  const labelsChanged = await recordLabelMembership(
    tx,
    here.flatMap(({ record, joinedLabels }) => joinedLabels.map((labelId) => ({ hostId: record.hostId, labelId }))),
    here.flatMap(({ record, leftLabels }) => leftLabels.map((labelId) => ({ hostId: record.hostId, labelId }))),
  );
  const resultsChanged = await recordPolicyResults(
    tx,
    here.flatMap(({ answers }) => answers),
    here.flatMap(({ record, endedPolicies }) => endedPolicies.map((policyId) => ({ hostId: record.hostId, policyId }))),
  );
  // A verdict that looks at staleness must find the host awake.
  const awake = here.filter(({ assess }) => assess).map(({ record }) => record.hostId);
  if (awake.length > 0) await markHostsSeen(tx, new Map(awake.toSorted((a, b) => a - b).map((hostId) => [hostId, tx.now().getTime()])));
  await assess(tx, [
    ["identity_changed", identityChanged],
    ["mdm_changed", [...written.values()].filter((host) => host.mdmChanged || host.platformChanged).map((host) => host.hostId)],
    ["policy_results", [...resultsChanged, ...awake]],
    ["label_changed", labelsChanged],
  ]);
}

// Each host is decided about once, for the first cause that it has.
async function assess(tx: SqlContext, causes: [ReassessmentCause, number[]][]): Promise<void> {
  const decided = new Set<number>();
  for (const [cause, hostIds] of causes) {
    const next = [...new Set(hostIds)].filter((hostId) => !decided.has(hostId)).toSorted((a, b) => a - b);
    for (const hostId of next) decided.add(hostId);
    if (next.length > 0) await assessHosts(tx, next, cause, tx.now());
  }
}
