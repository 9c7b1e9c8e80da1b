import type { SqlContext } from "../context";
import { deleteOldActivities } from "./prune-activity-queries";

/**
 * Removes the oldest activities made before an instant, at most `size`. `refused`: only refused sign-ins and enrolments, which anyone outside can cause.
 * @returns how many went
 */
export function pruneActivities(ctx: Pick<SqlContext, "sql">, kind: "all" | "refused", before: Date, size: number): Promise<number> {
  return deleteOldActivities(ctx.sql, kind, before, size);
}
