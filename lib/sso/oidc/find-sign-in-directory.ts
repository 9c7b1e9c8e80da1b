import type { Context } from "../../context";
import { openSecret } from "../../secret-box";
import { endpointsOf, issuerOf, type Directory } from "./directory";
import { findDirectoryRowBySlug } from "./directory-queries";
import { secretPurpose } from "./directory-secret";
import { withoutSecret } from "./without-secret";

/** A directory with all that a sign-in needs of it. The secret stays in the server's memory. */
export interface SignInDirectory extends Directory {
  issuer: string;
  endpoints: { authorize: string; token: string; keys: string };
  clientSecret: string;
}

/**
 * The directory whose redirect URI ends in `slug`, on or off, or null. Not for answers to anyone: it carries the secret.
 * @throws StartupError `secret_unreadable`
 */
export async function findSignInDirectory(ctx: Pick<Context, "db">, slug: string): Promise<SignInDirectory | null> {
  const row = await findDirectoryRowBySlug(ctx.db, slug);
  if (!row) return null;
  return { ...withoutSecret(row), issuer: issuerOf(row), endpoints: endpointsOf(row), clientSecret: openSecret(row.secretCiphertext, secretPurpose) };
}
