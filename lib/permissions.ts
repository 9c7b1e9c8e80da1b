import type { Role } from "./context";

/**
 * Who holds a permission, a letter per role: A admin, M maintainer, T technician, P observer_plus, O observer, G gitops, N none.
 * `global`: with this global role, everywhere. `team`: with this role on a team, inside that team. `shared`: with this role on any team, for what
 * belongs to all teams together. "No team" is reached by global roles alone.
 */
export interface PermissionCells {
  global: string;
  team: string;
  shared: string;
}

const cells = (global: string, team = "", shared = ""): PermissionCells => ({ global, team, shared });

/** Everything that a user can be allowed to do, and who may: verbs, routes, actions and pages ask this one table. */
export const permissions = {
  "organisation:read": cells("AMTPOG", "", "AMTPOG"),
  "organisation:write": cells("AG"),
  "security_settings:read": cells("AG"),
  "security_settings:write": cells("A"),
  "team:read": cells("AMTPOG", "AMTPOG"),
  "team:write": cells("AG", "AG"),
  "team:create": cells("AG"),
  "user:read": cells("A", "A"),
  "user:write": cells("A", "A"),
  "invite:read": cells("A"),
  "invite:write": cells("A"),
  "profile:write": cells("AMTPON", "AMTPO", "AMTPO"),
  "enroll_secret:read": cells("AMG", "AM"),
  "enroll_secret:write": cells("AMG", "AMG"),
  "host:list": cells("AMTPO", "AMTPO"),
  "host:read": cells("AMTPOG", "AMTPOG"),
  "host:refetch": cells("AMTPO", "AMTPO"),
  "host:transfer": cells("AMG", "AMG"),
  "host:delete": cells("AM", "AM"),
  "host:label": cells("AMG", "AMG"),
  "label:read": cells("AMTPOG", "AMTPOG", "AMTPOG"),
  "label:write": cells("AMG", "AMG"),
  "policy:read": cells("AMTPOG", "AMTPOG", "AMTPOG"),
  "policy:write": cells("AMG", "AMG"),
  "connection:read": cells("AMTPO"),
  "connection:write": cells("A"),
  "conditional_access:write": cells("AG", "AG"),
  "report:read": cells("AMTPO", "AMTPO"),
  "report:write": cells("AM", "AM"),
  "activity:read": cells("AMTPO", "AMTPO"),
} as const satisfies Record<string, PermissionCells>;

/** A name of the table. */
export type Permission = keyof typeof permissions;

const letters: Record<Role, string> = { admin: "A", maintainer: "M", technician: "T", observer_plus: "P", observer: "O", gitops: "G", none: "N" };

/** Whether a role has its letter in one of a permission's cells. */
export function roleHolds(permission: Permission, cell: keyof PermissionCells, role: Role): boolean {
  return permissions[permission][cell].includes(letters[role]);
}
