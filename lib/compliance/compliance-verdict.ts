import type { VerdictReason } from "./verdict-reasons";

/** What a gated policy says about one host, with grace and the broken-query rule already applied. */
export type GatedOutcome = "pass" | "fail" | "unknown" | "in_grace" | "at_fault";

/** One gated policy in the host's scope. */
export interface GatedPolicy {
  policyId: number;
  policyName: string;
  policyVersion: number;
  outcome: GatedOutcome;
  /** Since when the outcome is so; absent when the host hasn't been asked yet. */
  since?: Date;
  /** `in_grace` only: when grace ends; absent when it hasn't begun. */
  until?: Date;
}

/** The last verdict, as far as the next one needs it. */
export interface PreviousVerdict {
  managed: boolean;
  policyStanding: PolicyStanding;
}

/** Everything a verdict rests on. `mdm.state`: unknown is past its grace, unanswered within it. */
export interface ComplianceFacts {
  teamOn: boolean;
  requireMdm: "any" | "ours" | "not_required";
  mdm: { state: "on" | "off" | "unknown" | "unanswered"; ours: boolean; since?: Date; until?: Date };
  identity: { state: "registered" | "missing" | "waiting_for_person" | "conflict" | "unsupported"; otherHostId?: number };
  gated: readonly GatedPolicy[];
  /** `at`: when the host is or will be stale; absent when staleness is off. */
  staleness: { stale: boolean; lastSeen?: Date; at?: Date };
  exceptionUntil?: Date;
  previous: PreviousVerdict | null;
}

export type Decision = "compliant" | "not_compliant" | "undecided";
export type AccessState = "in" | "held" | "unsure" | "loose";
export type PolicyStanding = "pass" | "fail" | "none";

/** What we believe about a host. `assessAgainAt`: when it can change by time alone. */
export interface ComplianceVerdict {
  managed: boolean;
  decision: Decision;
  accessState: AccessState;
  policyStanding: PolicyStanding;
  reasons: VerdictReason[];
  blockingPolicies: number[];
  assessAgainAt: Date | null;
}

/**
 * The verdict from stored facts: three-valued, no clock, no database.
 * A gated failure blocks, an unknown within grace keeps the last standing, MDM off is not managed and not compliant at once,
 * an unexpired exception lets in, no gated policies is compliant.
 */
export function decideVerdict(facts: ComplianceFacts): ComplianceVerdict {
  if (!facts.teamOn) return teamOff(facts);
  const mdm = judgeMdm(facts);
  const policies = judgePolicies(facts);
  const stale = facts.staleness.stale ? [{ code: "stale" as const, ...sinceOf(facts.staleness.lastSeen) }] : [];
  const decision = decide(facts, mdm.standing, policies.standing);
  const unsettled = decision === "undecided" || decision === "not_compliant";
  return {
    managed: mdm.managed,
    decision,
    accessState: accessStateOf(facts, decision, mdm.standing),
    policyStanding: policies.standing,
    reasons: reasonsOf(facts, decision, [...mdm.reasons, ...stale, ...policies.reasons]),
    blockingPolicies: unsettled ? policies.blocking : [],
    assessAgainAt: earliest([
      mdm.until,
      ...facts.gated.map((policy) => (policy.outcome === "in_grace" ? policy.until : undefined)),
      facts.staleness.stale ? undefined : facts.staleness.at,
      facts.exceptionUntil,
    ]),
  };
}

function teamOff(facts: ComplianceFacts): ComplianceVerdict {
  return {
    managed: facts.mdm.state === "on",
    decision: "undecided",
    accessState: "unsure",
    policyStanding: "none",
    reasons: [{ code: "team_off" }],
    blockingPolicies: [],
    assessAgainAt: null,
  };
}

type MdmStanding = "ok" | "not_ok" | "undecided";

function judgeMdm({ mdm, requireMdm, previous }: ComplianceFacts): { managed: boolean; standing: MdmStanding; reasons: VerdictReason[]; until?: Date } {
  const since = sinceOf(mdm.since);
  if (requireMdm === "not_required") return { managed: mdm.state === "on", standing: "ok", reasons: [] };
  switch (mdm.state) {
    case "on":
      if (requireMdm === "ours" && !mdm.ours) return { managed: false, standing: "not_ok", reasons: [{ code: "mdm_not_ours", ...since }] };
      return { managed: true, standing: "ok", reasons: [] };
    case "off":
      return { managed: false, standing: "not_ok", reasons: [{ code: "mdm_off", ...since }] };
    case "unknown":
      return { managed: false, standing: "not_ok", reasons: [{ code: "mdm_unknown", ...since }] };
    case "unanswered": {
      const reasons: VerdictReason[] = [{ code: "waiting_for_mdm", ...since, ...untilOf(mdm.until) }];
      if (!previous || previous.policyStanding === "none") return { managed: false, standing: "undecided", reasons, until: mdm.until };
      return { managed: previous.managed, standing: previous.managed ? "ok" : "not_ok", reasons, until: mdm.until };
    }
  }
}

function judgePolicies({ gated, previous }: ComplianceFacts): { standing: PolicyStanding; reasons: VerdictReason[]; blocking: number[] } {
  const of = (outcome: GatedOutcome) => gated.filter((policy) => policy.outcome === outcome);
  const failing = of("fail");
  const unknown = of("unknown");
  const waiting = of("in_grace");
  const reasons: VerdictReason[] = [
    ...failing.map((policy) => policyReason("policy_failed", policy)),
    ...unknown.map((policy) => policyReason("policy_unknown", policy)),
    ...waiting.map((policy) => policyReason("waiting_for_answer", policy)),
    ...of("at_fault").map((policy) => policyReason("policy_at_fault", policy)),
  ];
  const blocking = [...failing, ...unknown, ...waiting].map(({ policyId }) => policyId).sort((left, right) => left - right);
  if (failing.length > 0 || unknown.length > 0) return { standing: "fail", reasons, blocking };
  if (waiting.length > 0) return { standing: previous?.policyStanding ?? "none", reasons, blocking };
  return { standing: "pass", reasons, blocking };
}

function decide(facts: ComplianceFacts, mdm: MdmStanding, policies: PolicyStanding): Decision {
  if (facts.exceptionUntil) return "compliant";
  if (mdm === "not_ok" || policies === "fail" || facts.staleness.stale) return "not_compliant";
  if (mdm === "undecided" || policies === "none") return "undecided";
  return "compliant";
}

function accessStateOf(facts: ComplianceFacts, decision: Decision, mdm: MdmStanding): AccessState {
  if (facts.identity.state !== "registered" || decision === "undecided") return "unsure";
  if (decision === "compliant") return "in";
  return mdm === "not_ok" ? "loose" : "held";
}

function reasonsOf(facts: ComplianceFacts, decision: Decision, found: VerdictReason[]): VerdictReason[] {
  const reasons: VerdictReason[] = [];
  switch (facts.identity.state) {
    case "registered":
      break;
    case "missing":
      reasons.push({ code: "not_registered" });
      break;
    case "waiting_for_person":
      reasons.push({ code: "waiting_for_person" });
      break;
    case "unsupported":
      reasons.push({ code: "platform_not_reported" });
      break;
    case "conflict":
      reasons.push({ code: "conflict", ...(facts.identity.otherHostId !== undefined && { otherHostId: facts.identity.otherHostId }) });
  }
  if (facts.exceptionUntil) reasons.push({ code: "exception", until: facts.exceptionUntil.toISOString() });
  reasons.push(...found);
  if (decision === "compliant" && !facts.exceptionUntil && !found.some(({ code }) => code !== "policy_at_fault")) {
    reasons.push({ code: facts.gated.length === 0 ? "no_policies" : "all_pass" });
  }
  return reasons;
}

function policyReason(code: VerdictReason["code"], policy: GatedPolicy): VerdictReason {
  const { policyId, policyName, policyVersion } = policy;
  return { code, policyId, policyName, policyVersion, ...sinceOf(policy.since), ...(code === "waiting_for_answer" && untilOf(policy.until)) };
}

function sinceOf(since: Date | undefined): { since?: string } {
  return since ? { since: since.toISOString() } : {};
}

function untilOf(until: Date | undefined): { until?: string } {
  return until ? { until: until.toISOString() } : {};
}

function earliest(instants: (Date | undefined)[]): Date | null {
  const known = instants.filter((instant) => instant !== undefined).map((instant) => instant.getTime());
  return known.length === 0 ? null : new Date(Math.min(...known));
}
