/** What is stored about one host, as far as gating goes. `failing` and `unanswered` hold ids of policies that ask this host. */
export interface GatingFacts extends GatingStanding {
  hostId: number;
  hostName: string;
  person: string;
}

/** So many hosts of which the same is stored: they are counted, not named. */
export interface AlikeHosts extends GatingStanding {
  hosts: number;
}

/** What decides how a host stands. */
export interface GatingStanding {
  teamId: number;
  /** Whether Entra knows the host, so that a verdict about it is reported at all. */
  registered: boolean;
  /** False only when it is known that no accepted MDM manages the host. */
  managed: boolean;
  /** Whether an exception lets the host in whatever fails. */
  excepted: boolean;
  failing: number[];
  unanswered: number[];
}

/** Which policies gate, and in which teams gating is on. */
export interface GatingRules {
  gated: ReadonlySet<number>;
  isOn: (teamId: number) => boolean;
}

/** A host that a change would move. */
export interface MovedHost {
  hostId: number;
  hostName: string;
  person: string;
  /** The policies that keep it out. */
  because: number[];
}

/** What a change of gating would do, from stored answers alone. */
export interface GatingPreview {
  /** Kept out by policies as things stand. */
  blockedBefore: number;
  newlyBlocked: MovedHost[];
  /** Kept out because no MDM manages them; only switching a team on does this. */
  newlyUnmanaged: MovedHost[];
  letIn: MovedHost[];
  /** Kept out now and no longer reported after: the choice for switching off decides about them. */
  released: MovedHost[];
  /** Haven't answered a newly gated policy yet; they are not blocked before their grace ends. */
  waiting: number;
  /** By policy: how many registered hosts fail it, and how many of the newly blocked fail it. */
  byPolicy: Map<number, { fail: number; newlyBlocked: number }>;
}

type Standing = "unreported" | "unmanaged" | "blocked" | "waiting" | "in";

/**
 * Compares what two sets of rules would make of the same stored facts. Hosts that neither fail nor wait under any of them may be left out; `others` aren't named.
 * Grace that already ran out isn't known here: an unanswered policy counts as waiting.
 */
export function previewGating(hosts: GatingFacts[], others: AlikeHosts[], before: GatingRules, after: GatingRules): GatingPreview {
  const preview: GatingPreview = {
    blockedBefore: 0,
    newlyBlocked: [],
    newlyUnmanaged: [],
    letIn: [],
    released: [],
    waiting: 0,
    byPolicy: new Map(),
  };
  for (const host of hosts) {
    const was = standingOf(host, before);
    const becomes = standingOf(host, after);
    const because = host.failing.filter((policyId) => after.gated.has(policyId));
    const moved = { hostId: host.hostId, hostName: host.hostName, person: host.person, because };
    const newlyBlocked = becomes === "blocked" && was !== "blocked";

    if (was === "blocked") preview.blockedBefore += 1;
    if (newlyBlocked) preview.newlyBlocked.push(moved);
    if (becomes === "unmanaged" && was === "unreported") preview.newlyUnmanaged.push(moved);
    if (was === "blocked" && (becomes === "in" || becomes === "waiting")) preview.letIn.push(moved);
    if ((was === "blocked" || was === "unmanaged") && becomes === "unreported") preview.released.push(moved);
    if (becomes === "waiting" && was !== "waiting") preview.waiting += 1;

    for (const policyId of host.failing) {
      const counts = preview.byPolicy.get(policyId) ?? { fail: 0, newlyBlocked: 0 };
      if (host.registered) counts.fail += 1;
      if (newlyBlocked && after.gated.has(policyId)) counts.newlyBlocked += 1;
      preview.byPolicy.set(policyId, counts);
    }
  }
  for (const group of others) {
    const was = standingOf(group, before);
    if (was === "blocked") preview.blockedBefore += group.hosts;
    if (was !== "waiting" && standingOf(group, after) === "waiting") preview.waiting += group.hosts;
  }
  return preview;
}

function standingOf(host: GatingStanding, rules: GatingRules): Standing {
  if (!host.registered || !rules.isOn(host.teamId)) return "unreported";
  if (host.excepted) return "in";
  if (!host.managed) return "unmanaged";
  if (host.failing.some((policyId) => rules.gated.has(policyId))) return "blocked";
  if (host.unanswered.some((policyId) => rules.gated.has(policyId))) return "waiting";
  return "in";
}
