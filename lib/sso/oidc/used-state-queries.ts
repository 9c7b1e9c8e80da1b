import type { Db } from "../../db/prisma";

/**
 * Marks the state of a sign-in as used. False when it was used before, by whichever instance.
 * The row stands among the used assertions of other protocols, and goes with them once it has expired.
 */
export async function useStateOnce(db: Db, issuer: string, stateHash: string, expiresAt: Date): Promise<boolean> {
  const { count } = await db.samlAssertion.createMany({ data: [{ issuer, assertionId: `state:${stateHash}`, expiresAt }], skipDuplicates: true });
  return count === 1;
}
