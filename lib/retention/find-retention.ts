import type { SqlContext } from "../context";
import type { Retention } from "./retention";
import { getRetentionRow } from "./retention-queries";

/** How long history is kept, for the server's own jobs and for what has authorised its caller. */
export function findRetention(ctx: Pick<SqlContext, "sql">): Promise<Retention> {
  return getRetentionRow(ctx.sql);
}
