import { authorize } from "../authorize";
import type { Context } from "../context";
import type { LabelWithCount } from "./label";
import { getLabelRow, getLabelRowByName, listPoliciesUsingLabel } from "./label-queries";

/** A label with the policies it narrows. */
export type LabelInUse = LabelWithCount & { policies: { id: number; name: string }[] };

/**
 * One label, by id or by its exact name.
 * @throws NotFoundError `label_not_found`; ForbiddenError `permission_denied`
 */
export async function getLabel(ctx: Context, label: number | string): Promise<LabelInUse> {
  authorize(ctx, "label:read");
  const row = typeof label === "number" ? await getLabelRow(ctx.sql, label) : await getLabelRowByName(ctx.sql, label);
  authorize(ctx, "label:read", { teamId: row.teamId });
  return { ...row, policies: await listPoliciesUsingLabel(ctx.sql, row.id) };
}
