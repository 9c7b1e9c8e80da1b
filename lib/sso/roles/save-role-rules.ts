import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError, type FieldProblem } from "../../errors";
import type { RoleRule } from "./role-rule";
import type { RoleRulesForm } from "./role-rule-form";
import { findTeamNames, getRuleOwnerName, listRuleRows, lockRules, replaceRuleRows } from "./role-rule-queries";

/**
 * Puts these rules in the place of those before; they count from each person's next sign-in. A new rule that makes global admins needs `confirmAdmin`.
 * Needs `security_settings:write`.
 * @throws NotFoundError `directory_not_found`; InvalidInputError `role_rules_invalid` with a problem per rule, `admin_rule_unconfirmed`
 */
export function saveRoleRules(ctx: Context, { directoryId, rules, confirmAdmin }: RoleRulesForm): Promise<RoleRule[]> {
  return inTransaction(ctx, async (tx) => {
    const name = await getRuleOwnerName(tx.db, directoryId);
    authorize(tx, "security_settings:write");
    await lockRules(tx.db, directoryId);
    const [before, teams] = await Promise.all([listRuleRows(tx.db, directoryId), findTeamNames(tx.db)]);
    checkRules(rules, teams);
    const newAdmin = rules.find((rule) => isGlobalAdmin(rule) && !before.some((old) => isGlobalAdmin(old) && sameValue(old, rule)));
    if (newAdmin && !confirmAdmin) {
      throw new InvalidInputError("admin_rule_unconfirmed", `Confirm that whoever holds ${newAdmin.value} becomes a global admin.`, {
        fields: [{ field: "confirmAdmin", reason: "confirm that these people become global admins" }],
      });
    }
    const [from, to] = [before, rules].map((list) => list.map((rule) => told(rule, teams)));
    if (JSON.stringify(from) === JSON.stringify(to)) return before;
    await replaceRuleRows(tx.db, directoryId, rules);
    await recordActivity(tx, {
      type: "edited_sso_role_rules",
      details: { ...(directoryId !== null && { directory_id: directoryId }), directory_name: name, changed: { rules: { from, to } } },
    });
    return rules;
  });
}

function checkRules(rules: readonly RoleRule[], teams: ReadonlyMap<number, string>): void {
  const fields: FieldProblem[] = [];
  for (const [index, rule] of rules.entries()) {
    const { teamId } = rule;
    const earlier = rules.slice(0, index).filter((other) => sameValue(other, rule));
    if (teamId === 0) fields.push({ field: `rules.${index}.teamId`, reason: "nobody holds a role on No team alone; choose a team, or everything" });
    else if (teamId !== null && !teams.has(teamId)) fields.push({ field: `rules.${index}.teamId`, reason: "this team no longer exists; choose another" });
    if (earlier.some((other) => other.teamId === teamId)) {
      fields.push({ field: `rules.${index}.value`, reason: "has a rule above for the same place; keep one of them" });
    } else if (earlier.some((other) => (other.teamId === null) !== (teamId === null))) {
      const reason = "gives a role everywhere and one on a team, so nobody who holds it could sign in; keep one kind";
      fields.push({ field: `rules.${index}.value`, reason });
    }
  }
  if (fields.length > 0) throw new InvalidInputError("role_rules_invalid", "Some rules can't be saved.", { fields });
}

function isGlobalAdmin({ role, teamId }: RoleRule): boolean {
  return role === "admin" && teamId === null;
}

function sameValue(left: RoleRule, right: RoleRule): boolean {
  if (left.source !== right.source) return false;
  return left.source === "group" ? left.value.toLowerCase() === right.value.toLowerCase() : left.value === right.value;
}

function told({ source, value, role, teamId }: RoleRule, teams: ReadonlyMap<number, string>): string {
  return `${source === "group" ? "group" : "app role"} ${value}: ${role} ${teamId === null ? "everywhere" : `on ${teams.get(teamId) ?? `team ${teamId}`}`}`;
}
