import type { Context } from "../context";
import { dryRun } from "../db/dry-run";
import type { SsoPolicy } from "../sso/roles/role-rule";
import type { SsoIdentity } from "../sso/sso-identity";
import { takeInSsoUser } from "./take-in-sso-user";
import type { User } from "./users/user";

/** What a real sign-in would do: let this user in (`added`: as a new one), or refuse, with a reason for an admin. */
export type SsoPreview = { kind: "admitted"; user: User; added: boolean } | { kind: "refused"; code: string; reason: string };

/** What admitSsoUser would do with somebody under this policy, whether or not it is switched on yet. Nothing is kept, no activity either. */
export async function previewSsoUser(ctx: Context, given: SsoIdentity, policy: SsoPolicy & { name: string }): Promise<SsoPreview> {
  const identity = { ...given, email: given.email.trim().toLowerCase() };
  const taken = await dryRun(ctx, (tx) => takeInSsoUser(tx, identity, policy));
  if ("refusal" in taken) return { kind: "refused", code: taken.refusal.code, reason: taken.refusal.reason };
  return { kind: "admitted", ...taken };
}
