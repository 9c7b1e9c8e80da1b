/** A role that single sign-on may give. gitops belongs to programs, and is given by hand alone. */
export type SsoRole = "admin" | "maintainer" | "technician" | "observer_plus" | "observer";

/** The same roles, the strongest first. */
export const ssoRoles = ["admin", "maintainer", "technician", "observer_plus", "observer"] as const satisfies readonly SsoRole[];

/** What somebody gets whom nothing names: none signs in and sees nothing. */
export type DefaultRole = "none" | "observer";

/** An app role's value or a group's object id, and the role that it gives: on one team, or on everything when `teamId` is null. */
export interface RoleRule {
  source: "app_role" | "group";
  value: string;
  role: SsoRole;
  teamId: number | null;
}

/** How one directory, or SAML, treats the people who come from it. */
export interface SsoPolicy {
  /** Whether unknown people get a user, and whether role attributes of SAML count. */
  jitProvisioning: boolean;
  defaultRole: DefaultRole;
  /** When there are any, they decide the roles of everyone who signs in here, at each sign-in. */
  rules: readonly RoleRule[];
}

/** Whether the stronger of two roles is the left one. */
export function isStronger(left: SsoRole, right: SsoRole): boolean {
  return ssoRoles.indexOf(left) < ssoRoles.indexOf(right);
}
