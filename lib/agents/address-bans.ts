import { LRUCache } from "lru-cache";
import { AgentError } from "./agent-request";

const failuresUntilBan = 1000;
const withinMs = 60_000;
const banMs = 60_000;

/** Failures in a row of one address, since when, and until when it is shut out. */
interface Conduct {
  failures: number;
  since: number;
  bannedUntil: number;
}

const shared = globalThis as unknown as { flotillaAddressBans?: LRUCache<string, Conduct> };

function conducts(): LRUCache<string, Conduct> {
  shared.flotillaAddressBans ??= new LRUCache({ max: 20_000 });
  return shared.flotillaAddressBans;
}

/**
 * Lets an address try a device token, unless it has guessed too often. An address that isn't known is never shut out.
 * @throws AgentError `address_banned` 429
 */
export function admitAddress(address: string, now: number): void {
  const conduct = conducts().get(address);
  if (address === "" || !conduct || conduct.bannedUntil <= now) return;
  throw new AgentError(429, "address_banned", "Too many requests with unknown device tokens came from this address. Try again in a minute.", {
    retryAfterSeconds: Math.ceil((conduct.bannedUntil - now) / 1000),
  });
}

/** Notes whether the token was good: a good one ends the count, the thousandth bad one in a row within a minute begins a ban. */
export function noteConduct(address: string, good: boolean, now: number): void {
  if (address === "") return;
  if (good) return void conducts().delete(address);
  const before = conducts().get(address);
  const goesOn = before !== undefined && now - before.since < withinMs && before.bannedUntil === 0;
  const failures = goesOn ? before.failures + 1 : 1;
  conducts().set(address, { failures, since: goesOn ? before.since : now, bannedUntil: failures >= failuresUntilBan ? now + banMs : 0 });
}
