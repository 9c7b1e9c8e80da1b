import { authorize, isAllowed, teamsAllowed, type Permission } from "../../authorize";
import type { Context } from "../../context";
import { ForbiddenError, NotFoundError } from "../../errors";
import type { User } from "./user";

/** What a user who isn't there is answered with, and one whom the actor may not know of. */
export function userNotFound(): NotFoundError {
  return new NotFoundError("user_not_found", "This user was not found. They may have been deleted.");
}

/** Whether the user who acts is this one. */
export function isSelf(ctx: Pick<Context, "actor">, userId: number): boolean {
  return ctx.actor.kind === "user" && ctx.actor.userId === userId;
}

/**
 * The user as the actor may know them. Whoever holds the permission everywhere sees all of them; an admin of teams sees those who hold roles on their
 * teams, and of these roles only their own teams'; everybody sees themselves. Anyone else doesn't exist.
 * @throws NotFoundError `user_not_found`; ForbiddenError `permission_denied`; UnauthenticatedError
 */
export function seenUser(ctx: Pick<Context, "actor">, user: User | null, permission: Permission = "user:read"): User {
  if (!user || !isSelf(ctx, user.id)) authorize(ctx, permission);
  if (!user || !isSeen(ctx, user, permission)) throw userNotFound();
  return shownUser(ctx, user, permission);
}

/** Whether the actor may know of a user. */
export function isSeen(ctx: Pick<Context, "actor">, user: User, permission: Permission = "user:read"): boolean {
  const teams = teamsAllowed(ctx, permission);
  return teams === "all" || isSelf(ctx, user.id) || (user.globalRole === "none" && user.teamRoles.some(({ teamId }) => teams.includes(teamId)));
}

/** A user without the roles that the actor may not know of. Whether the actor may know of the user at all was asked before. */
export function shownUser(ctx: Pick<Context, "actor">, user: User, permission: Permission = "user:read"): User {
  const teams = teamsAllowed(ctx, permission);
  if (teams === "all" || isSelf(ctx, user.id)) return user;
  return { ...user, teamRoles: user.teamRoles.filter(({ teamId }) => teams.includes(teamId)) };
}

/** Whether the actor holds the permission over all that a user is: everywhere, or on every team that the user has a role on. */
export function reachesWhole(ctx: Pick<Context, "actor">, user: User, permission: Permission = "user:write"): boolean {
  if (isAllowed(ctx, permission, { teamId: null })) return true;
  return user.globalRole === "none" && user.teamRoles.length > 0 && user.teamRoles.every(({ teamId }) => isAllowed(ctx, permission, { teamId }));
}

/**
 * Stops an actor who reaches only a part of a user. `user` holds all of their roles.
 * @throws ForbiddenError `permission_denied`
 */
export function authorizeWhole(ctx: Pick<Context, "actor">, user: User, permission: Permission = "user:write"): void {
  if (reachesWhole(ctx, user, permission)) return;
  throw new ForbiddenError("permission_denied", "You can change this user's roles on your own teams. Ask a global admin for the rest.");
}
