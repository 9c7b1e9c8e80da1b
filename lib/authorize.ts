import type { Role, SqlContext } from "./context";
import { ForbiddenError, UnauthenticatedError } from "./errors";

/** Everything a user can be allowed to do. */
export type Permission =
  | "organisation:read"
  | "organisation:write"
  | "team:read"
  | "team:write"
  | "enroll_secret:read"
  | "enroll_secret:write"
  | "host:read"
  | "host:refetch"
  | "host:transfer"
  | "host:delete"
  | "host:label"
  | "label:read"
  | "label:write"
  | "policy:read"
  | "policy:write"
  | "connection:read"
  | "connection:write"
  | "conditional_access:write"
  | "report:read"
  | "report:write"
  | "activity:read";

const everything = "everything";
const readers: Permission[] = [
  "organisation:read",
  "team:read",
  "host:read",
  "host:refetch",
  "label:read",
  "policy:read",
  "connection:read",
  "report:read",
  "activity:read",
];

const permissionsOfRole: Record<Role, Permission[] | typeof everything> = {
  admin: everything,
  maintainer: [
    ...readers,
    "enroll_secret:read",
    "enroll_secret:write",
    "host:transfer",
    "host:delete",
    "host:label",
    "label:write",
    "policy:write",
    "report:write",
  ],
  technician: readers,
  observer_plus: readers,
  observer: readers,
  gitops: [
    "organisation:read",
    "organisation:write",
    "team:read",
    "team:write",
    "enroll_secret:read",
    "enroll_secret:write",
    "host:read",
    "host:transfer",
    "host:label",
    "label:read",
    "label:write",
    "policy:read",
    "policy:write",
    "conditional_access:write",
  ],
  none: [],
};

/** Whether the actor holds the permission. Load the object first, then ask with its team. */
export function isAllowed(ctx: SqlContext, permission: Permission, _scope: { teamId?: number | null } = {}): boolean {
  if (ctx.actor.kind === "server") return true;
  if (ctx.actor.kind !== "user") return false;
  const permissions = permissionsOfRole[ctx.actor.globalRole];
  return permissions === everything || permissions.includes(permission);
}

/**
 * Lets the actor pass or throws.
 * @throws UnauthenticatedError `not_signed_in`; ForbiddenError `permission_denied`
 */
export function authorize(ctx: SqlContext, permission: Permission, scope: { teamId?: number | null } = {}): void {
  if (isAllowed(ctx, permission, scope)) return;
  if (ctx.actor.kind === "nobody") throw new UnauthenticatedError("not_signed_in", "Authentication required");
  throw new ForbiddenError("permission_denied", "Your role doesn't allow this. Ask an admin to do it or to change your role.");
}
