import type { SsoRole } from "./role-rule";

/** Why roles can't be decided; the sign-in is refused with it. */
export type RoleRefusalCode =
  | "role_attribute_empty"
  | "role_attribute_unknown"
  | "role_attribute_gitops"
  | "role_team_not_a_number"
  | "role_team_unknown"
  | "role_team_twice"
  | "role_global_and_team"
  | "groups_left_out";

/** A role on one team. */
export interface SsoTeamRole {
  teamId: number;
  role: SsoRole;
}

/** The roles that somebody shall hold: one everywhere, or some on teams (by team id), or none at all. */
export interface DecidedRoles {
  kind: "roles";
  globalRole: SsoRole | "none";
  teamRoles: SsoTeamRole[];
  /** What spoke. */
  from: "attributes" | "rules" | "default";
}

/** What single sign-on says about somebody's roles: nothing, these, or that they can't come in; `reason` is for an admin to read. */
export type RoleDecision = { kind: "unchanged" } | DecidedRoles | { kind: "refused"; code: RoleRefusalCode; reason: string };
