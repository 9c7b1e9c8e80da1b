import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { UnauthenticatedError } from "../errors";
import { verifyPassword } from "./password-hash";
import { countSignInAttempt, forgetSignInAttempts } from "./sign-in-throttle";
import { startSession, type NewSession } from "./start-session";
import { userActor } from "./user-actor";
import { findUserByEmail, type UserRow } from "./user-queries";

/** Who wants in, and from where. */
export interface PasswordSignIn {
  email: string;
  password: string;
  kind: "browser" | "api";
  userAgent: string;
  address: string;
}

const failureTakesMs = 1000;

/**
 * Begins a session for an e-mail address and its password. An unknown address, a wrong password and a disabled user get the same answer, not before one second.
 * @throws UnauthenticatedError `authentication_failed`; TooManyRequestsError `too_many_sign_ins`
 */
export async function signInWithPassword(ctx: Context, attempt: PasswordSignIn): Promise<{ user: UserRow; session: NewSession }> {
  const email = attempt.email.trim().toLowerCase().slice(0, 254);
  const notBefore = performance.now() + failureTakesMs;
  await countSignInAttempt(email, attempt.address);
  const user = await findUserByEmail(ctx.db, email);
  const right = await verifyPassword(user && !user.disabledAt ? user.passwordHash : null, attempt.password);
  if (!user || !right) {
    await recordActivity(ctx, { type: "user_failed_login", details: { email, public_ip: attempt.address } });
    await new Promise((resolve) => setTimeout(resolve, notBefore - performance.now()));
    throw new UnauthenticatedError("authentication_failed", "Authentication failed");
  }
  const session = await startSession(ctx, user.id, attempt);
  await inTransaction(ctx, (tx) => {
    return recordActivity({ ...tx, actor: userActor(user, attempt.address) }, { type: "user_logged_in", details: { public_ip: attempt.address } });
  });
  await forgetSignInAttempts(email, attempt.address);
  return { user, session };
}
