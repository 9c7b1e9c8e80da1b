import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { TooManyRequestsError } from "@/lib/errors";

const shared = globalThis as unknown as { flotillaBadTokens?: RateLimiterMemory };

function limiter(): RateLimiterMemory {
  shared.flotillaBadTokens ??= new RateLimiterMemory({ points: 60, duration: 60 });
  return shared.flotillaBadTokens;
}

/**
 * Refuses an address that tried 60 wrong links within a minute.
 * @throws TooManyRequestsError `too_many_bad_links`
 */
export async function checkBadTokens(address: string): Promise<void> {
  const held = await limiter().get(address);
  if (held && held.remainingPoints <= 0) throw refused(held.msBeforeNext);
}

/** Counts a wrong link. */
export async function countBadToken(address: string): Promise<void> {
  try {
    await limiter().consume(address);
  } catch (full) {
    if (!(full instanceof RateLimiterRes)) throw full;
  }
}

function refused(ms: number): TooManyRequestsError {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return new TooManyRequestsError("too_many_bad_links", `Too many wrong links from this address. Wait ${seconds} s.`, seconds);
}
