import type { GatedPolicyRow, HostFactsRow } from "./assessment-queries";
import type { ComplianceFacts, GatedPolicy } from "./compliance-verdict";
import { supportsPlatform } from "./entra/provider";

/** What time and the other hosts add to what is stored about one. `lastSeen`: when the host was heard of last. */
export interface Surroundings {
  now: Date;
  lastSeen: Date | null;
  publicUrl: string;
  atFault: ReadonlySet<number>;
}

/** Turns stored rows into the facts a verdict rests on: applies grace, staleness, exceptions and the broken-query rule. Pure. */
export function toComplianceFacts(row: HostFactsRow, gated: readonly GatedPolicyRow[], around: Surroundings): ComplianceFacts {
  const { now } = around;
  return {
    teamOn: row.teamOn,
    requireMdm: row.requireMdm,
    mdm: mdmOf(row, around),
    identity: identityOf(row),
    gated: gated.map((policy) => gatedPolicyOf(row, policy, around)),
    staleness: stalenessOf(row, around.lastSeen, now),
    ...(row.exceptionUntil && { exceptionUntil: row.exceptionUntil }),
    previous: row.policyStanding === null ? null : { managed: row.managed ?? false, policyStanding: row.policyStanding },
  };
}

/** Since when a gated policy has had no usable answer: stored with the answer, or with the last verdict; undefined while the host hasn't been asked. */
export function unknownSince(row: HostFactsRow, policy: GatedPolicyRow, { now, lastSeen }: Pick<Surroundings, "now" | "lastSeen">): Date | undefined {
  if (policy.outcome === "unknown" && policy.answeredVersion === policy.policyVersion) return policy.outcomeSince ?? now;
  const told = row.reasons?.find((reason) => reason.policyId === policy.policyId && reason.policyVersion === policy.policyVersion && reason.since);
  if (told?.since && (told.code === "waiting_for_answer" || told.code === "policy_unknown")) return new Date(told.since);
  // An older answer, or none. Grace begins with the first check-in that could have answered this version.
  const asked = Math.max(policy.askedSince.getTime(), row.enrolledAt.getTime());
  return lastSeen && lastSeen.getTime() > asked ? now : undefined;
}

/** Whether a gated policy has no usable answer and no grace is left for it. */
export function isPastGrace(row: HostFactsRow, policy: GatedPolicyRow, around: Pick<Surroundings, "now" | "lastSeen">): boolean {
  if (isAnswered(policy)) return false;
  const since = unknownSince(row, policy, around);
  return since !== undefined && around.now.getTime() >= since.getTime() + row.unknownGraceSeconds * 1000;
}

function isAnswered(policy: GatedPolicyRow): boolean {
  return policy.answeredVersion === policy.policyVersion && (policy.outcome === "pass" || policy.outcome === "fail");
}

function gatedPolicyOf(row: HostFactsRow, policy: GatedPolicyRow, around: Surroundings): GatedPolicy {
  const { policyId, policyName, policyVersion } = policy;
  const named = { policyId, policyName, policyVersion };
  if (isAnswered(policy)) return { ...named, outcome: policy.outcome as "pass" | "fail", ...(policy.outcomeSince && { since: policy.outcomeSince }) };
  const since = unknownSince(row, policy, around);
  if (!since) return { ...named, outcome: "in_grace" };
  if (!isPastGrace(row, policy, around)) return { ...named, outcome: "in_grace", since, until: new Date(since.getTime() + row.unknownGraceSeconds * 1000) };
  return { ...named, outcome: around.atFault.has(policyId) ? "at_fault" : "unknown", since };
}

function mdmOf(row: HostFactsRow, { now, publicUrl }: Surroundings): ComplianceFacts["mdm"] {
  const ours = isSameServer(row.mdmServerUrl, publicUrl);
  if (row.mdmState !== "unknown") return { state: row.mdmState, ours, ...(row.mdmChangedAt && { since: row.mdmChangedAt }) };
  const since = row.mdmChangedAt ?? row.enrolledAt;
  const until = new Date(since.getTime() + row.unknownGraceSeconds * 1000);
  return now.getTime() >= until.getTime() ? { state: "unknown", ours, since } : { state: "unanswered", ours, since, until };
}

function identityOf(row: HostFactsRow): ComplianceFacts["identity"] {
  if (!supportsPlatform(row.provider ?? "intune_partner", row.platform)) return { state: "unsupported" };
  if (!row.deviceId || row.identityState === null || row.identityState === "not_registered") return { state: "missing" };
  if (row.inConflict) return { state: "conflict", ...(row.conflictHostId !== null && { otherHostId: row.conflictHostId }) };
  return { state: row.waitingForPerson ? "waiting_for_person" : "registered" };
}

function stalenessOf(row: HostFactsRow, lastSeen: Date | null, now: Date): ComplianceFacts["staleness"] {
  if (row.staleAfterSeconds <= 0) return { stale: false };
  const heard = lastSeen ?? row.enrolledAt;
  const at = new Date(heard.getTime() + row.staleAfterSeconds * 1000);
  return { stale: now.getTime() >= at.getTime(), lastSeen: heard, at };
}

function isSameServer(mdmServerUrl: string, publicUrl: string): boolean {
  if (!URL.canParse(mdmServerUrl) || !URL.canParse(publicUrl)) return false;
  return new URL(mdmServerUrl).host === new URL(publicUrl).host;
}
