import { LRUCache } from "lru-cache";
import type { Ask } from "./ask-host";

/** What a host was asked last, kept to know what its next answer leaves out, and which version it answers. */
export interface Asked extends Pick<Ask, "policies" | "allPolicies" | "refetchRequestedAt"> {
  at: number;
  details: boolean;
  labels: boolean;
  platformKnown: boolean;
}

const shared = globalThis as unknown as { flotillaAskedHosts?: LRUCache<number, Asked> };

function askedHosts(): LRUCache<number, Asked> {
  shared.flotillaAskedHosts ??= new LRUCache({ max: 50_000 });
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
