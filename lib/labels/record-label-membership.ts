import type { SqlContext } from "@/lib/context";
import { deleteMemberships, insertMemberships, type MembershipChange } from "./label-record-queries";

/**
 * Stores which dynamic labels hosts belong to by their own answers, in the caller's transaction, after their rows were locked.
 * Manual labels are never touched.
 * @returns the hosts whose labels changed
 */
export async function recordLabelMembership(tx: SqlContext, joined: readonly MembershipChange[], left: readonly MembershipChange[]): Promise<number[]> {
  const added = await insertMemberships(tx.sql, joined, tx.now());
  const ended = await deleteMemberships(tx.sql, left);
  return [...new Set([...added, ...ended])];
}
