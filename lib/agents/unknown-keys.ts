import { LRUCache } from "lru-cache";
import { AgentError } from "./agent-request";

const windowMs = 60_000;
const maxPerAddress = 300;
const maxPerSecond = 500;

/** Keys that are surely unknown, and how often who asked with one. Keys are random: one that isn't known now never will be. */
interface UnknownKeys {
  keys: LRUCache<string, true>;
  perAddress: LRUCache<string, number>;
  second: number;
  inSecond: number;
}

const shared = globalThis as unknown as { flotillaUnknownKeys?: UnknownKeys };

function unknownKeys(): UnknownKeys {
  shared.flotillaUnknownKeys ??= {
    keys: new LRUCache({ max: 20_000, ttl: windowMs }),
    perAddress: new LRUCache({ max: 20_000, ttl: windowMs, noUpdateTTL: true }),
    second: 0,
    inSecond: 0,
  };
  return shared.flotillaUnknownKeys;
}

/** Whether a key was looked up in vain a moment ago. */
export function isSurelyUnknown(keyHash: string): boolean {
  return unknownKeys().keys.has(keyHash);
}

/**
 * Lets a key be looked up, unless too many unknown ones came lately.
 * @throws AgentError `too_many_unknown_keys` 429: not said to be invalid, for it may be a good one
 */
export function admitLookup(address: string): void {
  const all = unknownKeys();
  const second = Math.floor(performance.now() / 1000);
  const tooMany = (second === all.second && all.inSecond >= maxPerSecond) || (address !== "" && (all.perAddress.get(address) ?? 0) >= maxPerAddress);
  if (tooMany) throw new AgentError(429, "too_many_unknown_keys", "too many requests with unknown keys: try again in a minute", { retryAfterSeconds: 60 });
}

/** Remembers a key that was looked up in vain. */
export function rememberUnknown(keyHash: string, address: string): void {
  const all = unknownKeys();
  const second = Math.floor(performance.now() / 1000);
  if (second !== all.second) {
    all.second = second;
    all.inSecond = 0;
  }
  all.inSecond += 1;
  all.keys.set(keyHash, true);
  if (address !== "") all.perAddress.set(address, (all.perAddress.get(address) ?? 0) + 1);
}

/** Forgets all of it; for tests. */
export function forgetUnknownKeys(): void {
  shared.flotillaUnknownKeys = undefined;
}
