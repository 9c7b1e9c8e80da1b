import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import { findDefaultConnectionRow } from "./connection-queries";

/** The connection of every team that names none; null when nothing is connected. Without its credential. */
export async function getDefaultConnection(ctx: Context): Promise<Connection | null> {
  authorize(ctx, "connection:read");
  return findDefaultConnectionRow(ctx.db);
}
