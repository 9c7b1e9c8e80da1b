import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { TooManyRequestsError } from "../errors";

const shared = globalThis as unknown as { flotillaSignInLimits?: ReturnType<typeof makeLimits> };

// The pair is narrow, so that a guesser elsewhere doesn't keep the account's owner out; the other two bound a spread attack.
function makeLimits() {
  return {
    pair: new RateLimiterMemory({ points: 10, duration: 60 }),
    address: new RateLimiterMemory({ points: 30, duration: 60 }),
    account: new RateLimiterMemory({ points: 100, duration: 600 }),
  };
}

function limits() {
  shared.flotillaSignInLimits ??= makeLimits();
  return shared.flotillaSignInLimits;
}

/**
 * Counts one sign-in attempt: 10 a minute for an account from one address, 30 a minute from an address, 100 in 10 minutes for an account.
 * @throws TooManyRequestsError `too_many_sign_ins`
 */
export async function countSignInAttempt(email: string, address: string): Promise<void> {
  const { pair, address: byAddress, account } = limits();
  try {
    await pair.consume(`${email} ${address}`);
    await byAddress.consume(address);
    await account.consume(email);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw new TooManyRequestsError("too_many_sign_ins", `Too many attempts. Wait ${seconds} s, then try again.`, seconds);
  }
}

/** After the right password: the attempts of this account from this address are forgotten, and this one isn't counted against either. */
export async function forgetSignInAttempts(email: string, address: string): Promise<void> {
  const { pair, address: byAddress, account } = limits();
  await Promise.all([pair.delete(`${email} ${address}`), byAddress.reward(address), account.reward(email)]);
}
