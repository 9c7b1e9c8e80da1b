"use server";
import { revalidatePath } from "next/cache";
import { adminAction } from "@/lib/auth/admin-action";
import { RoleRulesForm } from "@/lib/sso/roles/role-rule-form";
import { saveRoleRules } from "@/lib/sso/roles/save-role-rules";

/** Saves the rules by which a directory, or SAML, gives roles. */
export const saveRules = adminAction("single-sign-on.saveRules", RoleRulesForm, async (ctx, form) => {
  const rules = await saveRoleRules(ctx, form);
  revalidatePath("/settings/integrations/single-sign-on", "layout");
  return rules.length === 0 ? "Saved. Roles are given by hand now." : "Saved. The rules count from each person’s next sign-in.";
});
