import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { isUniqueViolation } from "../db/unique-violation";
import { ConflictError } from "../errors";
import { findSsoPolicy } from "../sso/find-sso-policy";
import { comparedAddress, type SsoIdentity } from "../sso/sso-identity";
import { refuseSsoSignIn, type SsoRefused } from "./refuse-sso-sign-in";
import { takeInSsoUser } from "./take-in-sso-user";
import type { User } from "./users/user";

/** Somebody let in, for whom the caller now begins a session; or a refusal that was written down. */
export type SsoAdmission = { kind: "admitted"; user: User } | SsoRefused;

/**
 * Lets somebody in for whom an enabled directory, or SAML, vouches: known by tenant and object id, else, the first time only, by the address of a user
 * who was made for single sign-on, else as a new user where provisioning is on. Gives them the roles that attributes or rules decide, ends their other
 * sessions when that changed anything, and records the sign-in. A refusal changes nothing else; its reason stands in the activities under the reference.
 */
export async function admitSsoUser(ctx: Context, identity: SsoIdentity): Promise<SsoAdmission> {
  try {
    return await inTransaction(ctx, (tx) => admit(tx, identity));
  } catch (error) {
    // Two first sign-ins at once make one user: the second finds what the first left.
    if (!isUniqueViolation(error) && !(error instanceof ConflictError && error.code === "user_email_taken")) throw error;
    return inTransaction(ctx, (tx) => admit(tx, identity));
  }
}

async function admit(tx: Context, given: SsoIdentity): Promise<SsoAdmission> {
  const identity = { ...given, email: comparedAddress(given.email) };
  const { method, directoryId, email } = identity;
  const policy = await findSsoPolicy(tx, directoryId);
  if (!policy) {
    const reason = "This way to sign in is switched off in Settings → Integrations → Single sign-on.";
    return refuseSsoSignIn(tx, { method, directoryId, email, status: "org_disabled", code: "sso_off", reason });
  }
  const taken = await takeInSsoUser(tx, identity, policy);
  if ("refusal" in taken) return refuseSsoSignIn(tx, { method, directoryId, directoryName: policy.name, email, ...taken.refusal });
  return { kind: "admitted", user: taken.user };
}
