import type { SamlAttribute } from "../sso-identity";
import type { RoleDecision, RoleRefusalCode } from "./role-decision";
import { ssoRoles, type SsoRole } from "./role-rule";

const globalName = "FLEET_JIT_USER_ROLE_GLOBAL";
const teamName = /^FLEET_JIT_USER_ROLE_(?:TEAM|FLEET)_(.*)$/s;

const refused = (code: RoleRefusalCode, reason: string): RoleDecision => ({ kind: "refused", code, reason });

/**
 * The roles that an assertion's own attributes ask for: FLEET_JIT_USER_ROLE_GLOBAL, or FLEET_JIT_USER_ROLE_TEAM_<id> (also _FLEET_<id>), case-sensitive.
 * The last value of an attribute counts, and `null` is as if the attribute weren't there. Null: none of them is there.
 */
export function readRoleAttributes(attributes: readonly SamlAttribute[], teamIds: ReadonlySet<number>): RoleDecision | null {
  let globalRole: SsoRole | undefined;
  const teamRoles = new Map<number, SsoRole>();
  for (const { name, values } of attributes) {
    const team = teamName.exec(name)?.[1];
    if (name !== globalName && team === undefined) continue;
    const value = values.at(-1) ?? "";
    if (value === "null") continue;
    if (value === "") return refused("role_attribute_empty", `The attribute ${shown(name)} is empty. Send a role, or "null" for none.`);
    if (value === "gitops") return refused("role_attribute_gitops", `The attribute ${shown(name)} asks for gitops, which single sign-on never gives.`);
    const role = ssoRoles.find((known) => known === value);
    if (!role) {
      return refused("role_attribute_unknown", `The attribute ${shown(name)} says "${shown(value)}". Expected one of ${ssoRoles.join(", ")} or null.`);
    }
    if (team === undefined) {
      globalRole = role;
      continue;
    }
    if (!/^\d{1,9}$/.test(team)) return refused("role_team_not_a_number", `The attribute ${shown(name)} must end in the number of a team.`);
    const teamId = Number(team);
    if (teamId === 0 || !teamIds.has(teamId)) return refused("role_team_unknown", `The attribute ${shown(name)} names team ${teamId}, which doesn't exist.`);
    if (teamRoles.has(teamId)) return refused("role_team_twice", `Two attributes give a role on team ${teamId}. Send one of them.`);
    teamRoles.set(teamId, role);
  }
  if (globalRole === undefined && teamRoles.size === 0) return null;
  if (globalRole !== undefined && teamRoles.size > 0) {
    return refused("role_global_and_team", "The attributes give a global role and roles on teams. A user holds one or the other.");
  }
  return {
    kind: "roles",
    globalRole: globalRole ?? "none",
    teamRoles: [...teamRoles].map(([teamId, role]) => ({ teamId, role })).toSorted((left, right) => left.teamId - right.teamId),
    from: "attributes",
  };
}

// What the provider sent may be long, and stands in a record that people read.
function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
