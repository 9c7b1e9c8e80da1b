import { authorize, authorizeList } from "../authorize";
import type { Context } from "../context";
import type { LabelWithCount } from "./label";
import { listLabelRows } from "./label-queries";

/** `team`: any (default), global, or a team's id for the labels it can use. */
export interface LabelListOptions {
  team?: "any" | "global" | number;
  query?: string;
}

/**
 * The labels this caller may see, by name, the built-in ones last, with how many of the hosts they may see each has.
 * @throws ForbiddenError `permission_denied`
 */
export async function listLabels(ctx: Context, options: LabelListOptions = {}): Promise<LabelWithCount[]> {
  const { team = "any" } = options;
  if (typeof team === "number") authorize(ctx, "label:read", { teamId: team });
  return listLabelRows(ctx.sql, authorizeList(ctx, "label:read"), team, options.query?.trim() ?? "");
}
