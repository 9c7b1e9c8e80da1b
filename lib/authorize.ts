import type { SqlContext } from "./context";
import { ForbiddenError, UnauthenticatedError, type NotFoundError } from "./errors";
import { roleHolds, type Permission } from "./permissions";

export type { Permission } from "./permissions";

/**
 * What is asked about: a team's thing, a thing of all teams together (null), or, left out, whether there is anything at all that the actor
 * may do this to. A verb may begin with the last, but asks again with the team of what it loaded.
 */
export interface Scope {
  teamId?: number | null;
}

// "No team" has no roles of its own, whatever an actor carries.
const noTeam = 0;

/** Whether the actor holds the permission. Load the object first, then ask with its team. */
export function isAllowed(ctx: Pick<SqlContext, "actor">, permission: Permission, scope: Scope = {}): boolean {
  const { actor } = ctx;
  if (actor.kind === "server") return true;
  if (actor.kind !== "user") return false;
  if (roleHolds(permission, "global", actor.globalRole)) return true;
  if (typeof scope.teamId === "number") {
    const role = scope.teamId === noTeam ? undefined : actor.teamRoles[scope.teamId];
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
    .map(([teamId, role]) => ({ teamId: Number(teamId), role }))
    .filter(({ teamId, role }) => teamId !== noTeam && roleHolds(permission, "team", role))
    .map(({ teamId }) => teamId);
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

/**
 * The teams that a list is narrowed to: the one asked for, or, without one, all that the actor may list; null is every team. Queries take it as
 * they take any filter, so that pages and counts hold nothing of another team. A team that isn't there and one of others are refused alike.
 * @throws UnauthenticatedError `not_signed_in`; ForbiddenError `permission_denied`
 */
export function authorizeList(ctx: Pick<SqlContext, "actor">, permission: Permission, teamId?: number | null): number[] | null {
  if (typeof teamId === "number") {
    authorize(ctx, permission, { teamId });
    return [teamId];
  }
  authorize(ctx, permission);
  const allowed = teamsAllowed(ctx, permission);
  return allowed === "all" ? null : allowed;
}

/**
 * The one rule about single things: what the actor may not see is answered exactly like what doesn't exist; what they may see but not do this
 * to is refused. Whoever may do this nowhere is refused first, so that no answer tells which ids exist.
 * @param thing what was loaded, or nothing
 * @param permission what is wanted; `see`, when it differs, is what lets the actor know of the thing
 * @throws what `missing` makes; UnauthenticatedError `not_signed_in`; ForbiddenError `permission_denied`
 */
export function authorizeFound<Thing extends { teamId: number | null }>(
  ctx: Pick<SqlContext, "actor">,
  thing: Thing | null | undefined,
  { permission, see = permission }: { permission: Permission; see?: Permission },
  missing: () => NotFoundError,
): Thing {
  authorize(ctx, permission);
  if (!thing || !isAllowed(ctx, see, { teamId: thing.teamId })) throw missing();
  authorize(ctx, permission, { teamId: thing.teamId });
  return thing;
}
