import { TooManyRequestsError } from "../errors";
import { countAttempt, forgetAttempts, takeAttemptBack } from "../http/count-attempt";

// The pair is narrow, so that a guesser elsewhere doesn't keep the account's owner out; the other two bound a spread attack.
const pairOf = (email: string, address: string) => [email, address];

/**
 * Counts one sign-in attempt: 10 a minute for an account from one address, 30 a minute from an address, 100 in 10 minutes for an account; all instances count together.
 * @throws TooManyRequestsError `too_many_sign_ins`; UnavailableError when the database can't count
 */
export async function countSignInAttempt(email: string, address: string): Promise<void> {
  try {
    await countAttempt("sign_in", pairOf(email, address));
    await countAttempt("sign_in_address", address);
    await countAttempt("sign_in_account", email);
  } catch (error) {
    if (!(error instanceof TooManyRequestsError)) throw error;
    throw new TooManyRequestsError("too_many_sign_ins", error.message, error.retryAfterSeconds);
  }
}

/** After the right password: the attempts of this account from this address are forgotten, and this one isn't counted against either. */
export async function forgetSignInAttempts(email: string, address: string): Promise<void> {
  await Promise.all([
    forgetAttempts("sign_in", pairOf(email, address)),
    takeAttemptBack("sign_in_address", address),
    takeAttemptBack("sign_in_account", email),
  ]);
}
