import type { Ask } from "./ask-host";
import { BoundedMap, maxHostsInMemory } from "./bounded-map";

/** What a host was asked last, kept to know what its next answer leaves out, and which version it answers. */
export interface Asked extends Pick<Ask, "policies" | "allPolicies" | "refetchRequestedAt"> {
  platformKnown: boolean;
  /** When, in milliseconds since 1970. */
  at: number;
}

const shared = globalThis as unknown as { flotillaAskedHosts?: Map<number, Asked>; flotillaGateRounds?: Map<number, number> };

function askedHosts(): Map<number, Asked> {
  shared.flotillaAskedHosts ??= new BoundedMap(maxHostsInMemory);
  return shared.flotillaAskedHosts;
}

/** Remembers what a host was asked. */
export function rememberAsked(hostId: number, asked: Asked): void {
  askedHosts().set(hostId, asked);
}

/** What the host was asked last by this process; undefined after a restart, or when another instance asked. */
export function findAsked(hostId: number): Asked | undefined {
  return askedHosts().get(hostId);
}

/** Forgets it, once it was answered. */
export function forgetAsked(hostId: number): void {
  askedHosts().delete(hostId);
}

function gateRounds(): Map<number, number> {
  shared.flotillaGateRounds ??= new BoundedMap(maxHostsInMemory);
  return shared.flotillaGateRounds;
}

/** Remembers when a host was asked about everything that gates its access. */
export function noteGateRound(hostId: number, at: number): void {
  gateRounds().set(hostId, at);
}

/** When that was, as far as this process knows. One that it doesn't know counts as asked at `now`, and so is asked in the interval that follows. */
export function lastGateRound(hostId: number, now: number): number {
  const known = gateRounds().get(hostId);
  if (known !== undefined) return known;
  gateRounds().set(hostId, now);
  return now;
}
