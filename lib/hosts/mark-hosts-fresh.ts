import type { SqlContext } from "@/lib/context";
import { updateFreshTimes, type FreshTimes } from "./host-record-queries";

export type { FreshTimes };

/** Stores when hosts last confirmed their details, labels and policies without a change, all in one statement. */
export async function markHostsFresh(ctx: SqlContext, times: readonly FreshTimes[]): Promise<void> {
  await updateFreshTimes(ctx.sql, times);
}
