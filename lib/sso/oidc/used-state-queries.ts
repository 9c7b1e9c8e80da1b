import type { Db } from "../../db/prisma";

/**
 * Marks the state of a sign-in as used. False when it was used before, by whichever instance.
 * The row stands among the used assertions of SAML, and goes once it has expired.
 */
export async function useStateOnce(db: Db, issuer: string, stateHash: string, now: Date, expiresAt: Date): Promise<boolean> {
  await db.samlAssertion.deleteMany({ where: { expiresAt: { lte: now } } });
  const { count } = await db.samlAssertion.createMany({ data: [{ issuer, assertionId: `state:${stateHash}`, expiresAt }], skipDuplicates: true });
  return count === 1;
}
