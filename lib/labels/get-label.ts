import { authorizeFound, authorizeList } from "../authorize";
import type { Context } from "../context";
import type { LabelWithCount } from "./label";
import { findLabelRow, labelNotFound, listLabelRowsByName, listPoliciesUsingLabel } from "./label-queries";

/** A label with the policies it narrows. */
export type LabelInUse = LabelWithCount & { policies: { id: number; name: string }[] };

/**
 * One label, by id or by its exact name, with what the caller may see of its hosts and policies.
 * @throws NotFoundError `label_not_found`; ForbiddenError `permission_denied`
 */
export async function getLabel(ctx: Context, label: number | string): Promise<LabelInUse> {
  const teamIds = authorizeList(ctx, "label:read");
  const found = typeof label === "number" ? await findLabelRow(ctx.sql, teamIds, label) : (await listLabelRowsByName(ctx.sql, teamIds, label))[0];
  const row = authorizeFound(ctx, found, { permission: "label:read" }, () => labelNotFound(label));
  return { ...row, policies: await listPoliciesUsingLabel(ctx.sql, teamIds, row.id) };
}
