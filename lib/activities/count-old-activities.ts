import type { SqlContext } from "../context";
import { countOldActivityRows } from "./prune-activity-queries";

/** How many activities pruneActivities would remove for an instant, counted up to `most`. The caller has authorised. */
export function countOldActivities(ctx: Pick<SqlContext, "sql">, kind: "all" | "refused", before: Date, most: number): Promise<number> {
  return countOldActivityRows(ctx.sql, kind, before, most);
}
