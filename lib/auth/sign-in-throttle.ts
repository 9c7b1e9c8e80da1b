import { TooManyRequestsError } from "../errors";
import { countAttempt, forgetAttempts, takeAttemptBack, type AttemptKey, type AttemptKind } from "../http/count-attempt";

// The pair is narrow, so that a guesser elsewhere doesn't keep the account's owner out; the other two bound a spread attack.
const pairOf = (email: string, address: string) => [email, address];

/**
 * Counts one sign-in attempt: 10 a minute for an account from one address, 30 a minute from an address, 100 in 10 minutes for an account; all instances count together.
 * @param isKnown asked when the account's own limit is reached: whether its owner is known at this address. They aren't kept out by what others guess
 * @throws TooManyRequestsError `too_many_sign_ins`; UnavailableError when the database can't count
 */
export async function countSignInAttempt(email: string, address: string, isKnown?: () => Promise<boolean>): Promise<void> {
  await count("sign_in", pairOf(email, address));
  await count("sign_in_address", address);
  try {
    await count("sign_in_account", email);
  } catch (error) {
    if (!(error instanceof TooManyRequestsError) || !(await isKnown?.())) throw error;
  }
}

async function count(kind: AttemptKind, key: AttemptKey): Promise<void> {
  try {
    await countAttempt(kind, key);
  } catch (error) {
    if (!(error instanceof TooManyRequestsError)) throw error;
    throw new TooManyRequestsError("too_many_sign_ins", error.message, error.retryAfterSeconds);
  }
}

/** Counts one check of the password of somebody who is signed in: 10 a minute, whatever others guess at their account meanwhile. */
export async function countOwnPasswordCheck({ userId, email }: { userId: number; email: string }): Promise<void> {
  await countSignInAttempt(email, `user ${userId}`, async () => true);
}

/** After the right password: the attempts of this account from this address are forgotten, and this one isn't counted against either. */
export async function forgetSignInAttempts(email: string, address: string): Promise<void> {
  await Promise.all([
    forgetAttempts("sign_in", pairOf(email, address)),
    takeAttemptBack("sign_in_address", address),
    takeAttemptBack("sign_in_account", email),
  ]);
}
