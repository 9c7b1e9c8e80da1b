import { authorize, isAllowed } from "../authorize";
import type { Context } from "../context";
import type { LabelWithCount } from "./label";
import { listLabelRows } from "./label-queries";

/** `team`: any (default), global, or a team's id for the labels it can use. */
export interface LabelListOptions {
  team?: "any" | "global" | number;
  query?: string;
}

/**
 * The labels this caller may see, by name, the built-in ones last, with their host counts.
 * @throws ForbiddenError `permission_denied`
 */
export async function listLabels(ctx: Context, options: LabelListOptions = {}): Promise<LabelWithCount[]> {
  authorize(ctx, "label:read");
  const labels = await listLabelRows(ctx.sql, options.team ?? "any", options.query?.trim() ?? "");
  return labels.filter((label) => isAllowed(ctx, "label:read", { teamId: label.teamId }));
}
