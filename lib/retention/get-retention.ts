import { authorize } from "../authorize";
import type { SqlContext } from "../context";
import type { Retention } from "./retention";
import { getRetentionRow } from "./retention-queries";

/**
 * How long history is kept.
 * @throws ForbiddenError `permission_denied`
 */
export async function getRetention(ctx: SqlContext): Promise<Retention> {
  authorize(ctx, "organisation:read");
  return getRetentionRow(ctx.sql);
}
