import { createHmac } from "node:crypto";
import { isIPv6 } from "node:net";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { getPool } from "../db/pool";
import { TooManyRequestsError, UnavailableError } from "../errors";
import { derivedSecret } from "../secret-box";
import { asFlotillaError } from "./error-envelope";

/** How many attempts of a kind one key (an address, an account, or both) has in how many seconds. */
export const attemptLimits = {
  sign_in: { points: 10, seconds: 60 },
  sign_in_address: { points: 30, seconds: 60 },
  sign_in_account: { points: 100, seconds: 600 },
  forgot_password: { points: 10, seconds: 3600 },
  forgot_password_account: { points: 5, seconds: 3600 },
  reset_password: { points: 20, seconds: 600 },
  invite: { points: 30, seconds: 600 },
  test_mail: { points: 10, seconds: 600 },
  sso_start: { points: 60, seconds: 60 },
  sso_callback: { points: 60, seconds: 60 },
} as const;

/** What is counted. */
export type AttemptKind = keyof typeof attemptLimits;

/** Whom an attempt counts against. */
export type AttemptKey = string | readonly string[];

type Pool = ReturnType<typeof getPool>;

const shared = globalThis as unknown as { flotillaAttempts?: { pool: Pool; limiters: Map<AttemptKind, RateLimiterPostgres> } };

/**
 * Counts one attempt against its limit, in the database that every instance shares, at once and whatever becomes of the caller's transaction.
 * @param key whom it counts against: an address, an account, or both; stored only as a keyed hash. The addresses of one IPv6 network of 64 bits count as one
 * @throws TooManyRequestsError `too_many_attempts`; UnavailableError when the database can't count: never open
 */
export async function countAttempt(kind: AttemptKind, key: AttemptKey): Promise<void> {
  const outcome = await ask(() => limiter(kind).consume(storedKey(key)));
  if (!(outcome instanceof RateLimiterRes) || outcome.consumedPoints <= attemptLimits[kind].points) return;
  const seconds = Math.max(1, Math.ceil(outcome.msBeforeNext / 1000));
  throw new TooManyRequestsError("too_many_attempts", `Too many attempts. Wait ${waitWords(seconds)}, then try again.`, seconds);
}

/** Takes one attempt back, for one that turned out to be honest. */
export async function takeAttemptBack(kind: AttemptKind, key: AttemptKey): Promise<void> {
  await ask(() => limiter(kind).reward(storedKey(key)));
}

/** Forgets the attempts of one key. */
export async function forgetAttempts(kind: AttemptKind, key: AttemptKey): Promise<void> {
  await ask(() => limiter(kind).delete(storedKey(key)));
}

function limiter(kind: AttemptKind): RateLimiterPostgres {
  const pool = getPool();
  if (shared.flotillaAttempts?.pool !== pool) shared.flotillaAttempts = { pool, limiters: new Map() };
  const { limiters } = shared.flotillaAttempts;
  const known = limiters.get(kind);
  if (known) return known;
  const { points, seconds } = attemptLimits[kind];
  const made = new RateLimiterPostgres({
    storeClient: pool,
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    clearExpiredByTimeout: false, // a job forgets them
    keyPrefix: kind,
    points,
    duration: seconds,
  });
  limiters.set(kind, made);
  return made;
}

/** A refusal comes back as the limiter's own word; anything else that is thrown means that nothing was counted. */
async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer | RateLimiterRes> {
  try {
    return await question();
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) return thrown;
    throw (
      asFlotillaError(thrown) ??
      new UnavailableError("limits_unavailable", "Attempts can't be counted now, so none is let in. Try again in a few seconds.", { cause: thrown })
    );
  }
}

// Plain sha256 of a mail address can be guessed back; with the server's key it can't.
function storedKey(key: AttemptKey): string {
  return createHmac("sha256", derivedSecret("attempts")).update([key].flat().map(countedAddress).join(" ")).digest("base64url");
}

/** One customer of a network holds a whole IPv6 /64 and could take a new address for each attempt. */
function countedAddress(key: string): string {
  if (!isIPv6(key)) return key;
  const [head = "", tail] = (key.split("%")[0] as string).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

function waitWords(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
