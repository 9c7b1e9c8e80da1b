import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { UnauthenticatedError } from "../errors";
import { verifyPassword } from "./password-hash";
import { hasSignedInFrom, lockUserRow, markSignedIn } from "./sign-in-queries";
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
const knownForMs = 90 * 24 * 3_600_000;
const knownSince = (ctx: Pick<Context, "now">) => new Date(ctx.now().getTime() - knownForMs);

/**
 * Begins a session for an e-mail address and its password. An unknown address, a wrong password, a disabled user, one who signs in by single sign-on and,
 * in a browser, an API-only one get the same answer, not before one second.
 * @throws UnauthenticatedError `authentication_failed`; TooManyRequestsError `too_many_sign_ins`; UnavailableError when the database is away
 */
export async function signInWithPassword(ctx: Context, attempt: PasswordSignIn): Promise<{ user: UserRow; session: NewSession }> {
  const email = attempt.email.trim().toLowerCase().slice(0, 254);
  const notBefore = performance.now() + failureTakesMs;
  const user = await findUserByEmail(ctx.db, email);
  // Asked of nobody's account alike, so that the time it takes tells nothing.
  await countSignInAttempt(email, attempt.address, () => hasSignedInFrom(ctx.db, user?.id ?? 0, attempt.address, knownSince(ctx)));
  const obstacle = user ? obstacleOf(user, attempt.kind) : "unknown_user";
  const right = await verifyPassword(user && !obstacle ? user.passwordHash : null, attempt.password);
  const done = user && right ? await begin(ctx, user, attempt) : null;
  if (!done) {
    const details = { email, public_ip: attempt.address, reason: obstacle ?? "wrong_password" };
    await recordActivity({ ...ctx, actor: { kind: "nobody", address: attempt.address } }, { type: "user_failed_login", details });
    await new Promise((resolve) => setTimeout(resolve, notBefore - performance.now()));
    throw new UnauthenticatedError("authentication_failed", "Authentication failed");
  }
  await forgetSignInAttempts(email, attempt.address);
  return done;
}

/** Why no password opens this account, as an admin reads it in the activities; null when one may. */
function obstacleOf(user: UserRow, kind: PasswordSignIn["kind"]): string | null {
  if (user.disabledAt) return "disabled";
  if (user.ssoEnabled) return "single_sign_on_only";
  if (user.apiOnly && kind === "browser") return "api_only";
  return user.passwordHash === null ? "no_password" : null;
}

/** Null: between the check and now the account was changed, and this password may no longer be the one. */
async function begin(ctx: Context, checked: UserRow, attempt: PasswordSignIn): Promise<{ user: UserRow; session: NewSession } | null> {
  return inTransaction(ctx, async (tx) => {
    const user = await lockUserRow(tx.db, checked.id);
    if (!user || user.passwordHash !== checked.passwordHash || obstacleOf(user, attempt.kind)) return null;
    const session = await startSession(tx, user.id, attempt);
    await markSignedIn(tx.db, user.id, tx.now());
    await recordActivity({ ...tx, actor: userActor(user, attempt.address) }, { type: "user_logged_in", details: { public_ip: attempt.address } });
    return { user, session };
  });
}
