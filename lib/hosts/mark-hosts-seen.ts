import type { SqlContext } from "@/lib/context";
import { upsertSeenTimes } from "./host-record-queries";

/** Stores when hosts were seen (milliseconds since 1970), all in one statement; an older time never replaces a newer one, and hosts that are gone are left out. */
export async function markHostsSeen(ctx: SqlContext, seen: ReadonlyMap<number, number>): Promise<void> {
  await upsertSeenTimes(ctx.sql, seen);
}
