import type { Context } from "../context";
import type { SsoPolicy } from "./roles/role-rule";
import { findEnabledPolicyRow } from "./sso-policy-queries";

/**
 * How an enabled directory, or SAML when `directoryId` is null, treats the people who sign in through it, and what it is called. Null: it isn't enabled.
 * For a sign-in under way: it asks for no permission.
 */
export async function findSsoPolicy(ctx: Context, directoryId: number | null): Promise<(SsoPolicy & { name: string }) | null> {
  return findEnabledPolicyRow(ctx.db, directoryId);
}
