import type { AskCatalogue, AskedLabel, AskedPolicy } from "./ask-catalogue";
import { detailQueriesFor, type DetailQuery } from "./detail-queries";
import type { HostEntry } from "./host-entry";

/** How long an answer of each group holds, in milliseconds. */
export const askEveryMs = 60 * 60_000;
const jitterMs = 6 * 60_000;
const never = Number.MAX_SAFE_INTEGER;
/** How many hosts a second take up a new question, as milliseconds per host: what gates access before what doesn't. */
const gatedPaceMs = 10;
const otherPaceMs = 20;

/** When a host was last asked about everything that gates its access, and how often it is, in milliseconds. */
export interface GateRound {
  askedAt: number;
  everyMs: number;
}

/** What a host is asked now. */
export interface Ask {
  details: readonly DetailQuery[];
  labels: AskedLabel[];
  policies: readonly AskedPolicy[];
  /** Every policy in scope is asked, not just those that can't wait. */
  allPolicies: boolean;
  /** It is asked a policy that is new to it, outside its hourly round. */
  takesUp: boolean;
  /** Policies are due and none applies: the host confirms that. */
  wildcard: boolean;
  /** The agent should come back every few seconds. */
  accelerate: boolean;
  /** Everything that gates the host's access is asked. */
  wholeGate: boolean;
  /** The refetch that this asks for, or null. */
  refetchRequestedAt: number | null;
  /** When the next question is due if nothing changes; only meaningful when nothing is asked now. */
  nextDueAt: number;
}

/** A host's own part of the hour, the same in every process, so that a fleet spreads out. */
export function jitterOf(hostId: number): number {
  return (Math.imul(hostId, 2_654_435_761) >>> 0) % jitterMs;
}

/**
 * When a host takes up a question that is new since `since`: a large fleet not all at once, but each host at its own place in a window.
 * 100,000 hosts are asked within 17 minutes what gates access, and within 34 what doesn't; 1,000 hosts within 10 s and 20 s.
 */
export function takesUpAt(hostId: number, since: number, fleetSize: number, gated: boolean): number {
  return since + (windowOf(fleetSize, gated) * jitterOf(hostId)) / jitterMs;
}

// A few hosts are asked at once, whatever the clocks of the database and this machine say.
function turnOf(hostId: number, since: number, fleetSize: number, gated: boolean): number {
  return windowOf(fleetSize, gated) < 2000 ? 0 : takesUpAt(hostId, since, fleetSize, gated);
}

function windowOf(fleetSize: number, gated: boolean): number {
  return Math.min(fleetSize * (gated ? gatedPaceMs : otherPaceMs), askEveryMs);
}

// Each host has its own place in the interval: what brought a fleet together once, such as a minute without the server, doesn't bring it together at every round.
function nextGateRoundAt(hostId: number, { askedAt, everyMs }: GateRound): number {
  const place = (everyMs * jitterOf(hostId)) / jitterMs;
  return (Math.floor((askedAt - place) / everyMs) + 1) * everyMs + place;
}

/** Decides what a host is asked at `now`; `mayTakeUp`: also policies that are new to it, outside its hourly round. No clock, no database. */
export function askHost(
  host: HostEntry,
  catalogue: AskCatalogue,
  now: number,
  gateRound: GateRound = { askedAt: now, everyMs: askEveryMs },
  mayTakeUp = true,
): Ask {
  const refetch = host.refetchRequestedAt !== null;
  const interval = askEveryMs + jitterOf(host.hostId);
  const gate = catalogue.gateOf(host.teamId);
  const { fleetSize } = catalogue;
  const gateNewsAt = gate.on && gate.since > host.detailUpdatedAt ? turnOf(host.hostId, gate.since, fleetSize, true) : never;
  const detailsDueAt = refetch ? 0 : Math.min(host.detailUpdatedAt + interval, gateNewsAt);
  const labelsInScope = catalogue.labelsFor(host.teamId, host.platform, host.osName);
  // A label that was made or switched on after the last answers doesn't wait for the hour; it may scope what gates access.
  const labelNewsAt = labelsInScope.reduce(
    (next, { since }) => (since > host.labelUpdatedAt ? Math.min(next, takesUpAt(host.hostId, since, fleetSize, true)) : next),
    never,
  );
  const labelsNextAt = Math.min(host.labelUpdatedAt + interval, labelNewsAt);
  const labelsDueAt = labelsInScope.length === 0 ? never : refetch ? 0 : labelsNextAt;
  const policiesDueAt = refetch ? 0 : host.policyUpdatedAt + interval;

  const candidates = detailQueriesFor(host.platform).filter((query) => !query.identity || gate.on);
  const inScope = catalogue.policiesFor(host.teamId, host.platform, host.labels);
  // What decides about access doesn't wait for the hour: a host that is let in and no longer should be is found soon.
  const registered = host.identityState === "registered";
  const decidesAccess = (query: DetailQuery) => query.critical === true || (query.identity === true && !registered);
  const hasGate = gate.on && (inScope.some((policy) => policy.gated) || candidates.some(decidesAccess));
  const gateDueAt = hasGate ? nextGateRoundAt(host.hostId, gateRound) : never;
  const gateDue = gateDueAt <= now;
  const critical = host.mdmOff || host.refetchCriticalUntil > now;
  const details = detailsDueAt <= now ? candidates : candidates.filter((query) => (gateDue && decidesAccess(query)) || (critical && query.critical));
  const labels = labelsDueAt <= now ? labelsInScope : [];

  const allPolicies = policiesDueAt <= now;
  let newsDueAt = never;
  let takesUp = false;
  // What blocks the host is asked at every check-in; what changed, or never was answered, once the host's turn has come, and not in a gate round before it.
  const isAsked = (policy: AskedPolicy) => {
    if (host.blocking.includes(policy.id)) return true;
    if (host.results.versionOf(policy.id) === policy.version) return gateDue && policy.gated;
    const turn = turnOf(host.hostId, policy.versionSince, fleetSize, gate.on && policy.gated);
    if (turn <= now && mayTakeUp) return (takesUp = true);
    newsDueAt = Math.min(newsDueAt, Math.max(turn, now));
    return false;
  };
  const policies = allPolicies ? inScope : inScope.filter(isAsked);
  const held = host.accessState === "held" || host.blocking.length > 0;
  return {
    details,
    labels,
    policies,
    allPolicies,
    takesUp,
    wildcard: allPolicies && inScope.length === 0,
    wholeGate: gateDue || (allPolicies && detailsDueAt <= now),
    accelerate: held || host.platform === "" || host.hostname === "",
    refetchRequestedAt: host.refetchRequestedAt,
    nextDueAt: Math.min(detailsDueAt, labelsDueAt, policiesDueAt, gateDueAt, newsDueAt),
  };
}

/** Whether there is any query to send. */
export function asksSomething(ask: Ask): boolean {
  return ask.details.length > 0 || ask.labels.length > 0 || ask.policies.length > 0 || ask.wildcard;
}

/**
 * Whether nothing is due for a host that was found to idle: under this catalogue, or under one beside which there are new policies alone, whose turn hasn't come. So
 * a whole fleet needn't look anew at all that it is asked within the seconds after an admin's deed.
 */
export function staysIdle(host: HostEntry, catalogue: AskCatalogue, now: number): boolean {
  if (host.idleUntil <= now || host.idleCatalogue === null) return false;
  if (host.idleCatalogue === catalogue) return true;
  const news = catalogue.newsSince(host.idleCatalogue);
  if (!news) return false;
  for (const { versionSince, gated } of news) host.idleUntil = Math.min(host.idleUntil, turnOf(host.hostId, versionSince, catalogue.fleetSize, gated));
  host.idleCatalogue = catalogue;
  return host.idleUntil > now;
}
