import { authorize } from "../../authorize";
import type { Context } from "../../context";
import type { RoleRule } from "./role-rule";
import { getRuleOwnerName, listRuleRows } from "./role-rule-queries";

/**
 * The rules by which a directory, or SAML when `directoryId` is null, gives roles. Needs `security_settings:read`.
 * @throws NotFoundError `directory_not_found`
 */
export async function listRoleRules(ctx: Context, directoryId: number | null): Promise<RoleRule[]> {
  await getRuleOwnerName(ctx.db, directoryId);
  authorize(ctx, "security_settings:read");
  return listRuleRows(ctx.db, directoryId);
}
