import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { equalSecrets, hashToken, randomToken } from "../secret-box";
import { lockOrganisationRow, updateSetupTokens } from "./organisation-queries";

// Several instances may start on one database, each printing a token of its own.
const keptTokens = 8;

/** Makes a token that opens the first run and stores its hash beside those of other starts. Null when the first run was finished. */
export function issueSetupToken(ctx: Context): Promise<string | null> {
  return inTransaction(ctx, async (tx) => {
    const row = await lockOrganisationRow(tx.db);
    if (row.setUpAt) return null;
    const token = randomToken(24);
    await updateSetupTokens(tx.db, [hashToken(token), ...storedHashes(row.setupTokenHash)].slice(0, keptTokens));
    return token;
  });
}

/** Whether the token is one of those stored; compared in constant time. */
export function isSetupToken(stored: string | null, token: string): boolean {
  const hash = hashToken(token);
  return storedHashes(stored).reduce((found, candidate) => equalSecrets(candidate, hash) || found, false);
}

function storedHashes(stored: string | null): string[] {
  return stored ? stored.split(",") : [];
}
