import { z } from "zod";
import { ssoRoles } from "./role-rule";

/** One rule as an admin writes it. `teamId` null: the role counts everywhere. */
export const RoleRuleForm = z.strictObject({
  source: z.enum(["app_role", "group"], "expected app_role or group"),
  value: z.string().trim().min(1, "is missing: the app role's value, or the group's object ID").max(200, "may have at most 200 characters"),
  role: z.enum(ssoRoles, `expected one of ${ssoRoles.join(", ")}`),
  teamId: z.number().int("expected a team").nullable(),
});

/**
 * All rules of one directory, or of SAML (`directoryId` null); they take the place of those before. `confirmAdmin`: the admin has seen that a new rule
 * makes global admins.
 */
export const RoleRulesForm = z.strictObject({
  directoryId: z.number().int().positive().nullable(),
  rules: z.array(RoleRuleForm).max(200, "may be at most 200"),
  confirmAdmin: z.boolean().default(false),
});
/** See the schema of the same name. */
export type RoleRulesForm = z.output<typeof RoleRulesForm>;
