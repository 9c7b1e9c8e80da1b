import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import type { ReassessmentCause } from "@/lib/teams/request-reassessment";
import {
  insertAccessTransitions,
  loadGatedPolicies,
  loadHostFacts,
  loadPublicUrl,
  lockHostsForAssessment,
  writeHostCompliance,
  type GatedPolicyRow,
  type HostFactsRow,
} from "./assessment-queries";
import { isPastGrace, toComplianceFacts } from "./compliance-facts";
import { decideVerdict, type ComplianceVerdict } from "./compliance-verdict";
import { findPoliciesAtFault } from "./policies-at-fault";
import { reportVerdicts } from "./report-verdicts";
import { settleIdentityConflicts } from "./settle-identity-conflicts";

// These come from the host itself, so it was heard of at that moment, whatever the last-seen time has been written down as.
const saidByHost = new Set<ReassessmentCause>(["policy_results", "identity_changed", "mdm_changed"]);

/** A host with what was stored of it and what is believed now. */
export interface AssessedHost {
  row: HostFactsRow;
  verdict: ComplianceVerdict;
  lastSeen: Date | null;
  /** The change of verdict, if there was one. */
  transitionId: number | null;
}

/**
 * Decides about these hosts from what is stored, and writes verdict, transition, report, wake-up and activity in the caller's
 * transaction, by as many statements for hundreds of hosts as for one. Hosts that don't exist are passed over; a verdict that stands writes nothing.
 * @param causedAt when the thing happened that made this necessary; delivery is measured from it
 */
export async function assessHosts(tx: SqlContext, hostIds: number[], cause: ReassessmentCause, causedAt: Date): Promise<void> {
  const present = await lockHostsForAssessment(tx.sql, hostIds);
  if (present.length === 0) return;
  await settleIdentityConflicts(tx, present);
  const now = tx.now();
  const rows = await loadHostFacts(tx.sql, present, now);
  const gated = new Map<number, GatedPolicyRow[]>(rows.map(({ hostId }) => [hostId, []]));
  for (const policy of await loadGatedPolicies(tx.sql, present)) gated.get(policy.hostId)?.push(policy);
  const publicUrl = rows.some(({ requireMdm }) => requireMdm === "ours") ? await loadPublicUrl(tx.sql) : "";
  const lastSeenOf = (row: HostFactsRow) => (saidByHost.has(cause) ? later(row.seenAt, causedAt) : row.seenAt);
  const atFault = await findPoliciesAtFault(tx, overdue(rows, gated, lastSeenOf, now));

  const assessed = rows.map((row): AssessedHost => {
    const lastSeen = lastSeenOf(row);
    const facts = toComplianceFacts(row, gated.get(row.hostId) ?? [], { now, lastSeen, publicUrl, atFault });
    return { row, verdict: decideVerdict(facts), lastSeen, transitionId: null };
  });
  await storeVerdicts(tx, assessed, cause, causedAt);
  await reportVerdicts(tx, assessed, cause, causedAt);
}

/** The policies that some of these hosts have left unanswered for longer than grace: only those can be at fault. */
function overdue(rows: HostFactsRow[], gated: Map<number, GatedPolicyRow[]>, lastSeenOf: (row: HostFactsRow) => Date | null, now: Date): number[] {
  const found = new Set<number>();
  for (const row of rows) {
    if (!row.teamOn) continue;
    for (const policy of gated.get(row.hostId) ?? []) if (isPastGrace(row, policy, { now, lastSeen: lastSeenOf(row) })) found.add(policy.policyId);
  }
  return [...found];
}

async function storeVerdicts(tx: SqlContext, assessed: AssessedHost[], cause: ReassessmentCause, causedAt: Date): Promise<void> {
  const now = tx.now();
  const different = assessed.filter((host) => differs(host, now));
  await writeHostCompliance(
    tx.sql,
    different.map(({ row, verdict }) => ({
      host_id: row.hostId,
      access_state: verdict.accessState,
      managed: verdict.managed,
      decision: verdict.decision,
      policy_standing: verdict.policyStanding,
      reasons: verdict.reasons,
      blocking_policies: verdict.blockingPolicies,
      changed: isTransition({ row, verdict }),
      assess_again_at: verdict.assessAgainAt,
    })),
    now,
  );
  const moved = different.filter(isTransition);
  const transitions = await insertAccessTransitions(
    tx.sql,
    moved.map(({ row, verdict }) => ({
      host_id: row.hostId,
      host_name: row.hostName,
      team_id: row.teamId,
      from_state: row.accessState ?? "none",
      to_state: verdict.accessState,
      managed: verdict.managed,
      decision: verdict.decision,
      reasons: verdict.reasons,
    })),
    cause,
    causedAt,
    now,
  );
  for (const host of moved) host.transitionId = transitions.get(host.row.hostId) ?? null;
  await recordActivity(
    tx,
    moved.filter(isNews).map(({ row, verdict }) => ({
      type: "host_compliance_changed",
      teamId: row.teamId,
      hostId: row.hostId,
      details: {
        host_id: row.hostId,
        host_display_name: row.hostName,
        from: row.accessState ?? "none",
        to: verdict.accessState,
        reasons: verdict.reasons,
        trigger: cause,
      },
    })),
  );
}

/** A host that enrols and is still unsure has changed nothing that anybody would want to read about. */
function isNews({ row, verdict }: AssessedHost): boolean {
  const from = row.accessState ?? "none";
  return from !== verdict.accessState && !(from === "none" && verdict.accessState === "unsure");
}

function isTransition({ row, verdict }: Pick<AssessedHost, "row" | "verdict">): boolean {
  return row.accessState !== verdict.accessState || row.managed !== verdict.managed || row.decision !== verdict.decision;
}

function differs({ row, verdict }: AssessedHost, now: Date): boolean {
  if (isTransition({ row, verdict })) return true;
  if (row.policyStanding !== verdict.policyStanding) return true;
  if (canonical(row.reasons) !== canonical(verdict.reasons)) return true;
  if (canonical(row.blockingPolicies) !== canonical(verdict.blockingPolicies)) return true;
  // Staleness moves with every check-in: a stored instant that comes too early is only looked at again in vain.
  const stored = row.assessAgainAt?.getTime() ?? Infinity;
  const wanted = verdict.assessAgainAt?.getTime() ?? Infinity;
  return wanted < stored || stored <= now.getTime();
}

/** JSON with sorted keys: the database keeps its own order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function later(left: Date | null, right: Date): Date {
  return left && left > right ? left : right;
}
