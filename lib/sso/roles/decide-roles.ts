import type { SsoIdentity } from "../sso-identity";
import { readRoleAttributes } from "./read-role-attributes";
import type { DecidedRoles, RoleDecision } from "./role-decision";
import { isStronger, type RoleRule, type SsoPolicy, type SsoRole } from "./role-rule";

/** The part of an identity that roles come from. */
export type RoleClaims = Pick<SsoIdentity, "attributes" | "appRoles" | "groups" | "groupsTruncated">;

/**
 * Which roles somebody gets who signs in. With provisioning on, SAML role attributes come first; then the rules, the strongest match each; then the default role.
 * `known`: they have a user already, whose roles stay when neither attributes nor rules are in use.
 * A missing group list, a global role beside roles on teams, and any attribute that can't be taken at its word refuse the sign-in: never fewer or other roles in silence.
 */
export function decideRoles(claims: RoleClaims, policy: SsoPolicy, { known, teamIds }: { known: boolean; teamIds: ReadonlySet<number> }): RoleDecision {
  const asked = policy.jitProvisioning ? readRoleAttributes(claims.attributes, teamIds) : null;
  if (asked) return asked;
  if (policy.rules.length > 0) return decideByRules(claims, policy);
  return known ? { kind: "unchanged" } : defaultRoles(policy);
}

function decideByRules({ appRoles, groups, groupsTruncated }: RoleClaims, policy: SsoPolicy): RoleDecision {
  if (groupsTruncated && policy.rules.some(({ source }) => source === "group")) {
    return {
      kind: "refused",
      code: "groups_left_out",
      reason: "Entra left the groups out, because this person is in too many of them. Use app roles in the rules, or send only the groups assigned to the app.",
    };
  }
  // Ids of groups are the same in either case; values of app roles aren't.
  const heldGroups = new Set(groups.map((group) => group.toLowerCase()));
  const heldRoles = new Set(appRoles);
  const matches = ({ source, value }: RoleRule) => (source === "group" ? heldGroups.has(value.toLowerCase()) : heldRoles.has(value));
  let globalRole: SsoRole | undefined;
  const teamRoles = new Map<number, SsoRole>();
  for (const rule of policy.rules.filter(matches)) {
    const before = rule.teamId === null ? globalRole : teamRoles.get(rule.teamId);
    const role = before && isStronger(before, rule.role) ? before : rule.role;
    if (rule.teamId === null) globalRole = role;
    else teamRoles.set(rule.teamId, role);
  }
  if (globalRole !== undefined && teamRoles.size > 0) {
    return {
      kind: "refused",
      code: "role_global_and_team",
      reason: `The rules give a global role (${globalRole}) and a role on ${teamRoles.size === 1 ? "a team" : `${teamRoles.size} teams`}. A user holds one or the other.`,
    };
  }
  if (globalRole === undefined && teamRoles.size === 0) return defaultRoles(policy);
  return {
    kind: "roles",
    globalRole: globalRole ?? "none",
    teamRoles: [...teamRoles].map(([teamId, role]) => ({ teamId, role })).toSorted((left, right) => left.teamId - right.teamId),
    from: "rules",
  };
}

function defaultRoles({ defaultRole }: SsoPolicy): DecidedRoles {
  return { kind: "roles", globalRole: defaultRole, teamRoles: [], from: "default" };
}
