import { authorize } from "../authorize";
import type { SqlContext } from "../context";
import { countKind, findOldest, measureKinds, type GrowthKind } from "./growth-queries";

/** How much there is of one kind. `rows` null: not counted for the rest; `exact` false: the database's own estimate. */
export interface KindGrowth {
  kind: GrowthKind;
  rows: number | null;
  exact: boolean;
  /** With indexes, and with the room that removed rows left. */
  bytes: number;
  oldest: Date | null;
}

// Counting reads a whole index: that is done while it takes no time.
const countedUpToBytes = 64 * 2 ** 20;
const order: GrowthKind[] = ["transitions", "reports", "activities", "present", "rest"];

/**
 * What takes how much room in the database: each kind of history, what is true now, and the rest.
 * @throws ForbiddenError `permission_denied`
 */
export async function describeGrowth(ctx: SqlContext): Promise<{ kinds: KindGrowth[]; databaseBytes: number }> {
  authorize(ctx, "organisation:read");
  const sizes = await measureKinds(ctx.sql);
  const oldest: Partial<Record<GrowthKind, Date | null>> = await findOldest(ctx.sql);
  const kinds: KindGrowth[] = [];
  for (const { kind, bytes, heapBytes, estimatedRows } of sizes) {
    const exact = heapBytes <= countedUpToBytes || estimatedRows < 0;
    kinds.push({ kind, rows: exact ? await countKind(ctx.sql, kind) : Math.round(estimatedRows), exact, bytes, oldest: oldest[kind] ?? null });
  }
  const databaseBytes = sizes[0]?.databaseBytes ?? 0;
  const rest = databaseBytes - sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  kinds.push({ kind: "rest", rows: null, exact: true, bytes: Math.max(0, rest), oldest: null });
  return { kinds: kinds.toSorted((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind)), databaseBytes };
}
