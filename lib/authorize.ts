import type { SqlContext } from "./context";
import { ForbiddenError, UnauthenticatedError } from "./errors";
import { roleHolds, type Permission } from "./permissions";

export type { Permission } from "./permissions";

/**
 * What is asked about: a team's thing, a thing of all teams together (null), or, left out, whether there is anything at all that the actor
 * may do this to. A verb may begin with the last, but asks again with the team of what it loaded.
 */
export interface Scope {
  teamId?: number | null;
}

/** Whether the actor holds the permission. Load the object first, then ask with its team. */
export function isAllowed(ctx: Pick<SqlContext, "actor">, permission: Permission, scope: Scope = {}): boolean {
  const { actor } = ctx;
  if (actor.kind === "server") return true;
  if (actor.kind !== "user") return false;
  if (roleHolds(permission, "global", actor.globalRole)) return true;
  if (typeof scope.teamId === "number") {
    const role = actor.teamRoles[scope.teamId];
    return role !== undefined && roleHolds(permission, "team", role);
  }
  const held = Object.values(actor.teamRoles);
  if (held.some((role) => roleHolds(permission, "shared", role))) return true;
  return scope.teamId === undefined && held.some((role) => roleHolds(permission, "team", role));
}

/** The teams whose things the actor may do this to: "all" (No team too, and what belongs to all teams), or the ids of some, perhaps none. */
export function teamsAllowed(ctx: Pick<SqlContext, "actor">, permission: Permission): "all" | number[] {
  const { actor } = ctx;
  if (actor.kind === "server") return "all";
  if (actor.kind !== "user") return [];
  if (roleHolds(permission, "global", actor.globalRole)) return "all";
  return Object.entries(actor.teamRoles)
    .filter(([, role]) => roleHolds(permission, "team", role))
    .map(([teamId]) => Number(teamId));
}

/**
 * Lets the actor pass or throws.
 * @throws UnauthenticatedError `not_signed_in`; ForbiddenError `permission_denied`
 */
export function authorize(ctx: Pick<SqlContext, "actor">, permission: Permission, scope: Scope = {}): void {
  if (isAllowed(ctx, permission, scope)) return;
  if (ctx.actor.kind === "nobody") throw new UnauthenticatedError("not_signed_in", "Authentication required");
  throw new ForbiddenError("permission_denied", "Your role doesn't allow this. Ask an admin to do it or to change your role.");
}
