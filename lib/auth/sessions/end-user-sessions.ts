import type { Context } from "../../context";
import { deleteUserSessions } from "../session-queries";

/**
 * Ends a user's sessions, of browsers and of programs, and says how many. For verbs that change what a user is or how they sign in, in their transaction:
 * they have asked for the permission and record the activity. `exceptSessionId`: the one that goes on.
 */
export async function endUserSessions(tx: Context, userId: number, { exceptSessionId }: { exceptSessionId?: string } = {}): Promise<number> {
  return deleteUserSessions(tx.db, userId, exceptSessionId);
}
