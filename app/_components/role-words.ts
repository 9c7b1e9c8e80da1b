import type { Role } from "@/lib/context";

const names: Record<Role, string> = {
  admin: "Admin",
  maintainer: "Maintainer",
  technician: "Technician",
  observer_plus: "Observer+",
  observer: "Observer",
  gitops: "GitOps",
  none: "No role",
};

/** What a role is called on pages. */
export function roleName(role: Role): string {
  return names[role];
}
