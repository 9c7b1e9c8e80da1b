const perSecond = 50;
const burst = 100;
// Long enough that a lane that ran dry comes back to a handful of tokens.
const refillMs = 250;

interface Bucket {
  tokens: number;
  at: number;
}

// Next bundles route code apart from the server, so what must exist once per process hangs on globalThis.
const shared = globalThis as unknown as { flotillaSendBuckets?: Map<number, Bucket> };

/**
 * Takes one of a connection's tokens: 50 a second, 100 at once, in each instance. A courtesy to Microsoft that keeps a flood from being
 * throttled; what Microsoft itself asks for (Retry-After) is kept in the database, for all instances.
 * @returns 0, or how long to wait in milliseconds
 */
export function takeSendToken(connectionId: number, now: Date): number {
  shared.flotillaSendBuckets ??= new Map();
  const known = shared.flotillaSendBuckets.get(connectionId) ?? { tokens: burst, at: now.getTime() };
  const tokens = Math.min(burst, known.tokens + (Math.max(0, now.getTime() - known.at) * perSecond) / 1000);
  const hasOne = tokens >= 1;
  shared.flotillaSendBuckets.set(connectionId, { tokens: hasOne ? tokens - 1 : tokens, at: Math.max(known.at, now.getTime()) });
  return hasOne ? 0 : refillMs;
}
