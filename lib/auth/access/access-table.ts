import { accountActions, accountRoutes } from "./account-access";
import { auditActions, auditRoutes } from "./audit-access";
import { fleetActions, fleetRoutes } from "./fleet-access";
import { mailActions, mailRoutes } from "./mail-access";
import { ssoActions, ssoRoutes } from "./sso-access";
import { usersActions, usersRoutes } from "./users-access";
import type { AccessEntry } from "./access-entry";

/** Every route of the REST API, by method and path below /api/v1/fleet. What isn't here can't be made: adminRoute asks for a key. */
export const routes = { ...fleetRoutes, ...usersRoutes, ...accountRoutes, ...mailRoutes, ...ssoRoutes, ...auditRoutes } as const;

/** Every server action for signed-in users, by its folder and name. What isn't here can't be made: adminAction asks for a key. */
export const actions = { ...fleetActions, ...usersActions, ...accountActions, ...mailActions, ...ssoActions, ...auditActions } as const;

/** The key of a route, such as "GET hosts/:id". */
export type RouteKey = keyof typeof routes;

/** The key of a server action, such as "hosts.askAgain". */
export type ActionKey = keyof typeof actions;

/** A route's entry. */
export const routeEntry = (key: RouteKey): AccessEntry => routes[key];

/** A server action's entry. */
export const actionEntry = (key: ActionKey): AccessEntry => actions[key];
