import type { HostRow } from "./agent-queries";
import type { AgentConfig, AskCatalogue } from "./ask-catalogue";
import { BoundedMap } from "./bounded-map";
import { PolicySheet } from "./policy-sheet";

type Times = "detailUpdatedAt" | "labelUpdatedAt" | "policyUpdatedAt" | "refetchRequestedAt" | "refetchCriticalUntil" | "identitySeenAt" | "lastRestartedAt";

type Keys = "keyHash" | "orbitKeyHash" | "deviceTokenHash" | "deviceTokenChangedAt";

/** A host in this process's memory, kept small because there are many. Times are in milliseconds; those of answers move with them. */
export interface HostEntry extends Omit<HostRow, Times | Keys | "labelIds" | "answered" | "outcomes"> {
  lastRestartedAt: number;
  detailUpdatedAt: number;
  labelUpdatedAt: number;
  policyUpdatedAt: number;
  refetchRequestedAt: number | null;
  refetchCriticalUntil: number;
  identitySeenAt: number;
  labels: ReadonlySet<number>;
  results: PolicySheet;
  /** Nothing is due before this moment as long as `idleCatalogue` is what is asked. */
  idleUntil: number;
  idleCatalogue: AskCatalogue | null;
  /** The configuration whose intervals were noted last. */
  configSeen: AgentConfig | null;
  /** After this moment the host is read again, however its news got lost. */
  holdsUntil: number;
}

// Hosts share what they have in common: the driver makes a new string for every row.
const texts = new BoundedMap<string, string>(10_000);
const labelSets = new BoundedMap<string, ReadonlySet<number>>(10_000);
const noPolicies: readonly number[] = [];

const holdsForMs = 60 * 60_000;

/** Puts a row into the form that check-ins are answered from. @param now milliseconds */
export function toHostEntry(row: HostRow, now: number): HostEntry {
  return {
    hostId: row.hostId,
    teamId: row.teamId,
    platform: shared(row.platform),
    hostname: row.hostname,
    osName: shared(row.osName),
    detailsDigest: row.detailsDigest,
    mdmState: shared(row.mdmState),
    mdmServerUrl: shared(row.mdmServerUrl),
    lastRestartedAt: row.lastRestartedAt?.getTime() ?? 0,
    detailUpdatedAt: row.detailUpdatedAt.getTime(),
    labelUpdatedAt: row.labelUpdatedAt.getTime(),
    policyUpdatedAt: row.policyUpdatedAt.getTime(),
    refetchRequestedAt: row.refetchRequestedAt?.getTime() ?? null,
    refetchCriticalUntil: row.refetchCriticalUntil?.getTime() ?? 0,
    distributedIntervalSeconds: row.distributedIntervalSeconds,
    configRefreshSeconds: row.configRefreshSeconds,
    loggerPeriodSeconds: row.loggerPeriodSeconds,
    assessed: row.assessed,
    accessState: shared(row.accessState),
    blocking: row.blocking.length === 0 ? noPolicies : row.blocking,
    stale: row.stale,
    mdmOff: row.mdmOff,
    identityDeviceId: row.identityDeviceId,
    identityPerson: row.identityPerson,
    identityState: row.identityState === null ? null : shared(row.identityState),
    identitySeenAt: row.identitySeenAt?.getTime() ?? 0,
    labels: labelSet(row.labelIds),
    results: PolicySheet.read(row.answered, row.outcomes),
    idleUntil: 0,
    idleCatalogue: null,
    configSeen: null,
    // Spread out by the id, so that a fleet that came at once isn't read again at once.
    holdsUntil: now + holdsForMs + ((Math.imul(row.hostId, 2_654_435_761) >>> 0) % holdsForMs),
  };
}

function shared(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  texts.set(text, text);
  return text;
}

function labelSet(ids: string): ReadonlySet<number> {
  let set = labelSets.get(ids);
  if (!set) {
    set = new Set(ids === "" ? [] : ids.split(",").map(Number));
    labelSets.set(ids, set);
  }
  return set;
}
