import type { Context } from "../context";
import { ForbiddenError } from "../errors";

/**
 * Stops a caller who may call some routes only from giving a program more than these, and so from reaching further through it. `routes` null: all
 * that a role allows.
 * @throws ForbiddenError `routes_beyond_yours`
 */
export function refuseWiderRoutes({ actor }: Pick<Context, "actor">, routes: readonly string[] | null): void {
  if (actor.kind !== "user" || actor.routes === null) return;
  const own = actor.routes;
  const beyond = routes === null ? "everything" : routes.find((route) => !own.includes(route));
  if (beyond === undefined) return;
  const what = routes === null ? "all routes" : `"${beyond}"`;
  throw new ForbiddenError("routes_beyond_yours", `You may call some routes only, so you can't allow a program ${what}. Name routes that you may call.`);
}
