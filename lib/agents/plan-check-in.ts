import { createHash } from "node:crypto";
import type { HostDetails, HostRecord, IdentityAnswer } from "@/lib/hosts/host-details";
import type { PolicyAnswer } from "@/lib/policies/policy-answer";
import type { AskCatalogue, AskedPolicy } from "./ask-catalogue";
import type { Asked } from "./asked-hosts";
import type { HostEntry } from "./host-entry";
import { readHostDetails, readIdentity } from "./read-host-details";
import type { SortedResults } from "./sort-distributed-results";

/** After a policy was edited, an answer that can't be told from one to the old question isn't taken for this long. */
const oldAnswersMs = 30_000;
/** How long a host may take for its queries. */
const questionHoldsMs = 10 * 60_000;
/** How long an unchanged identity may go without its time being stored. */
const identityHoldsMs = 6 * 60 * 60_000;

/** A restart is a new one when its time moves by more than clocks do. */
const restartMovesMs = 5 * 60_000;

/** Everything that one check-in stores. */
export interface CheckIn {
  record: HostRecord;
  identity: IdentityAnswer | undefined;
  joinedLabels: number[];
  leftLabels: number[];
  answers: PolicyAnswer[];
  endedPolicies: number[];
  /** What is stored can't be told from it: only times move. */
  repeats: boolean;
  /** The verdict has to be looked at even if nothing changes. */
  assess: boolean;
  /** Everything that gates the host's access was answered. */
  wholeGate: boolean;
}

/**
 * Decides what a write stores: only what was in the host's scope, only the version that was asked.
 * No clock, no database. `askedLast` is absent after a restart or when another instance asked; it is passed over when the answers belong to another question.
 * `arrived.mayEnd`: results of policies that no longer concern the host are reason enough to store, also outside its hourly round.
 */
export function planCheckIn(
  host: HostEntry,
  sorted: SortedResults,
  catalogue: AskCatalogue,
  askedLast: Asked | undefined,
  arrived: { now: number; address: string; mayEnd: boolean },
): CheckIn {
  const { now, mayEnd } = arrived;
  const gate = catalogue.gateOf(host.teamId);
  // These two are asked with everything else or not at all.
  const wholeDetails = sorted.detailNames.has("os_version") || sorted.detailNames.has("system_info");
  const details = readHostDetails(sorted.details, now);
  if (wholeDetails && arrived.address !== "") details.publicIp = arrived.address;
  const detailsDigest = wholeDetails ? digestOf(details) : "";
  const identity = gate.on ? readIdentity(sorted.details, gate.tenantId) : undefined;

  const platform = details.platform ?? host.platform;
  const labels = planLabels(host, sorted, catalogue, platform, details.osName ?? host.osName);
  const inScope = catalogue.policiesFor(host.teamId, platform, labels.after);
  const asked = askedLast && isAnswerTo(askedLast, sorted, inScope, now) ? askedLast : undefined;
  const policies = planPolicies(host, sorted, catalogue, inScope, asked, now);
  const platformKnown = asked ? asked.platformKnown : host.platform !== "";
  const policyRound = sorted.wildcard || policies.wholeRound;
  const refetch = asked ? asked.refetchRequestedAt : wholeDetails ? host.refetchRequestedAt : null;
  const answersRefetch = refetch !== null && host.refetchRequestedAt !== null && sorted.detailNames.size > 0 && (sorted.policies.size > 0 || sorted.wildcard);

  const record: HostRecord = {
    hostId: host.hostId,
    details,
    detailsDigest,
    ...(wholeDetails && platformKnown && { detailUpdatedAt: now }),
    ...(sorted.labelAnswers > 0 && platformKnown && { labelUpdatedAt: now }),
    ...(policyRound && { policyUpdatedAt: now }),
    ...(answersRefetch && { answersRefetchUntil: refetch }),
  };
  const repeats =
    (wholeDetails ? detailsDigest === host.detailsDigest && repeatsRestart(details, host) : repeatsPart(details, host)) &&
    repeatsIdentity(identity, host, now) &&
    labels.joined.length === 0 &&
    labels.left.length === 0 &&
    policies.repeats &&
    (policies.ended.length === 0 || !(mayEnd || policyRound)) &&
    !answersRefetch;
  return {
    record,
    identity,
    joinedLabels: labels.joined,
    leftLabels: labels.left,
    answers: policies.answers,
    endedPolicies: policies.ended,
    repeats,
    assess: !host.assessed || host.stale,
    wholeGate: gate.on && sorted.policies.size > 0 && inScope.every((policy) => !policy.gated || sorted.policies.has(policy.id)),
  };
}

// Another instance may have asked since: an answer about more of the host's policies than were asked here, or one that comes much later, isn't the answer to it.
function isAnswerTo(asked: Asked, sorted: SortedResults, inScope: readonly AskedPolicy[], now: number): boolean {
  if (now - asked.at > questionHoldsMs) return false;
  const ids = new Set(asked.policies.map(({ id }) => id));
  return inScope.every(({ id }) => ids.has(id) || !sorted.policies.has(id));
}

// Uptime grows with every answer; what counts is whether the host was restarted.
function digestOf({ uptimeSeconds: _uptime, lastRestartedAt: _restarted, ...lasting }: HostDetails): string {
  return createHash("sha1").update(JSON.stringify(lasting)).digest("base64url");
}

function repeatsRestart({ lastRestartedAt }: HostDetails, host: HostEntry): boolean {
  return lastRestartedAt === undefined || Math.abs(Date.parse(lastRestartedAt) - host.lastRestartedAt) < restartMovesMs;
}

// Between full rounds only the MDM queries are asked.
function repeatsPart(details: HostDetails, host: HostEntry): boolean {
  return Object.entries(details).every(([member, value]) => {
    if (member === "mdmState") return value === host.mdmState;
    if (member === "mdmServerUrl") return value === host.mdmServerUrl;
    return member === "mdmName" || member === "mdmInstalledFromDep";
  });
}

function repeatsIdentity(identity: IdentityAnswer | undefined, host: HostEntry, now: number): boolean {
  if (!identity) return true;
  if (identity.kind === "none") return host.identityState === null || host.identityState === "not_registered";
  return (
    identity.deviceId === host.identityDeviceId &&
    (identity.userPrincipalName === host.identityPerson || identity.userPrincipalName === "") &&
    host.identityState !== "not_registered" &&
    now - host.identitySeenAt < identityHoldsMs
  );
}

interface LabelPlan {
  joined: number[];
  left: number[];
  after: ReadonlySet<number>;
}

// Answers about labels outside the host's scope count as "not a member"; a label left out stays as it was.
function planLabels(host: HostEntry, sorted: SortedResults, catalogue: AskCatalogue, platform: string, osName: string): LabelPlan {
  if (sorted.labelAnswers === 0) return { joined: [], left: [], after: host.labels };
  const inScope = new Set(catalogue.labelsFor(host.teamId, platform, osName).map((label) => label.id));
  const joined = [...sorted.labels].filter(([id, member]) => member && inScope.has(id) && !host.labels.has(id)).map(([id]) => id);
  const left = [...host.labels].filter((id) => catalogue.isAsked(id) && (!inScope.has(id) || sorted.labels.get(id) === false));
  if (joined.length === 0 && left.length === 0) return { joined, left, after: host.labels };
  const after = new Set(host.labels);
  for (const id of joined) after.add(id);
  for (const id of left) after.delete(id);
  return { joined, left, after };
}

interface PolicyPlan {
  answers: PolicyAnswer[];
  ended: number[];
  repeats: boolean;
  wholeRound: boolean;
}

function planPolicies(
  host: HostEntry,
  sorted: SortedResults,
  catalogue: AskCatalogue,
  inScope: readonly AskedPolicy[],
  asked: Asked | undefined,
  now: number,
): PolicyPlan {
  const plan: PolicyPlan = { answers: [], ended: [], repeats: true, wholeRound: false };
  if (sorted.policies.size === 0 && !sorted.wildcard && !asked?.policies.length) return plan;
  const askedVersions = asked && new Map(asked.policies.map((policy) => [policy.id, policy.version]));
  for (const policy of inScope) {
    const answer = sorted.policies.get(policy.id);
    if (!answer || isOld(policy, askedVersions?.get(policy.id), now)) continue;
    add(plan, host, { hostId: host.hostId, policyId: policy.id, policyVersion: policy.version, ...answer });
  }
  // Only who knows what was asked knows what was left out. Until then a round is whole when nothing is missing; otherwise the host is asked again.
  const whole = asked ? asked.allPolicies : sorted.wildcard || inScope.every(({ id }) => sorted.policies.has(id));
  plan.wholeRound = whole && sorted.policies.size > 0;
  for (const policy of askedVersions ? inScope : []) {
    if (askedVersions?.get(policy.id) !== policy.version || sorted.policies.has(policy.id)) continue;
    add(plan, host, { hostId: host.hostId, policyId: policy.id, policyVersion: policy.version, outcome: "unanswered", message: "" });
  }
  const stillConcerned = inScope.reduce((count, policy) => (host.results.has(policy.id) ? count + 1 : count), 0);
  if (stillConcerned < host.results.size) plan.ended = endedPolicies(host, sorted, catalogue, inScope);
  return plan;
}

// The results of a policy that is gone are nobody's question any more and go by themselves: a whole fleet would write within a minute. A host that confirms that
// nothing is asked of it any more, which it does once an hour, is rid of them at once.
function endedPolicies(host: HostEntry, sorted: SortedResults, catalogue: AskCatalogue, inScope: readonly AskedPolicy[]): number[] {
  const concerned = new Set(inScope.map((policy) => policy.id));
  return host.results.policyIds().filter((id) => !concerned.has(id) && (sorted.wildcard || catalogue.hasPolicy(id)));
}

function isOld(policy: AskedPolicy, askedVersion: number | undefined, now: number): boolean {
  if (askedVersion !== undefined) return askedVersion !== policy.version;
  return policy.version > 1 && now - policy.versionSince >= 0 && now - policy.versionSince < oldAnswersMs;
}

function add(plan: PolicyPlan, host: HostEntry, answer: PolicyAnswer): void {
  plan.answers.push(answer);
  const stored = host.results.outcomeOf(answer.policyId);
  const same =
    stored !== undefined &&
    host.results.versionOf(answer.policyId) === answer.policyVersion &&
    (answer.outcome === "unanswered" ? stored !== "pass" : stored === answer.outcome);
  if (!same) plan.repeats = false;
}
