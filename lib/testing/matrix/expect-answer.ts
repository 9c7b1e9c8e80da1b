import type { AccessEntry } from "@/lib/auth/access/access-entry";
import { roleHolds, type Permission } from "@/lib/permissions";
import { teamPlaces, type Caller, type Place, type Recipe } from "./matrix-types";

/** The answer that the permission table asks for: let through, or one of these statuses. */
export type Expected = { allowed: true } | { allowed: false; statuses: readonly number[] };

const refused = (...statuses: number[]): Expected => ({ allowed: false, statuses });

/** Where a route or action is tried. */
export function placesOf(entry: AccessEntry, recipe: Recipe<unknown>): readonly Place[] {
  return recipe.places ?? (entry.reach === "team" ? teamPlaces : ["all"]);
}

/**
 * What a call has to be answered, worked out from the permission table alone: not from `authorize`, which is what is being tested.
 * `route`: its key, for credentials that are narrowed to some routes.
 */
export function expectAnswer(route: string, entry: AccessEntry, recipe: Recipe<unknown>, caller: Caller, place: Place): Expected {
  if (entry.access === "open") return { allowed: true };
  if (caller.kind === "nobody" || caller.kind === "disabled") return refused(401);
  if (caller.kind === "narrowed" && route !== narrowedTo) return refused(403);
  if (caller.kind === "must_reset" && !beforeReset.has(route)) return refused(403);
  if (recipe.except?.callers(caller, place)) return refused(...recipe.except.expect);
  const first = entry.access === "signed_in" ? null : entry.access;
  const permission = recipe.permission === undefined ? first : recipe.permission;
  if (first && !holdsAnywhere(caller, first)) return refused(403);
  if (!permission) return { allowed: true };
  if (holdsAt(caller, permission, place)) return { allowed: true };
  if (!recipe.see) return refused(403, 404);
  // Whoever may do this nowhere learns nothing of what exists; what is out of sight isn't there; what is in sight is refused.
  if (!holdsAnywhere(caller, permission)) return refused(403);
  return holdsAt(caller, recipe.see, place) ? refused(403) : refused(404);
}

/** The only route of the caller whose token is narrowed. */
export const narrowedTo = "GET version";

const beforeReset = new Set(["GET me", "POST logout", "POST perform_required_password_reset", "required-password-reset.choosePassword"]);

function holdsAnywhere({ globalRole, teamRole }: Caller, permission: Permission): boolean {
  if (roleHolds(permission, "global", globalRole)) return true;
  return teamRole !== undefined && (roleHolds(permission, "team", teamRole) || roleHolds(permission, "shared", teamRole));
}

function holdsAt(caller: Caller, permission: Permission, place: Place): boolean {
  const { globalRole, teamRole } = caller;
  if (place === "any") return holdsAnywhere(caller, permission);
  if (roleHolds(permission, "global", globalRole)) return true;
  if (teamRole === undefined) return false;
  return (place === "own" && roleHolds(permission, "team", teamRole)) || (place === "all" && roleHolds(permission, "shared", teamRole));
}
