import { accountActionRecipes, accountRouteRecipes, auditActionRecipes } from "./account-recipes";
import { fleetActionRecipes } from "./fleet-actions";
import { fleetRouteRecipes } from "./fleet-routes";
import { mailActionRecipes, mailRouteRecipes } from "./mail-recipes";
import type { Recipe, RestCall } from "./matrix-types";
import { ssoActionRecipes, ssoRouteRecipes } from "./sso-recipes";
import { usersActionRecipes, usersRouteRecipes } from "./users-recipes";

type Known<Call> = Readonly<Partial<Record<string, Recipe<Call> | readonly Recipe<Call>[]>>>;

/** How every route of the REST API is called, by its key in the access table. */
export const routeRecipes: Known<RestCall> = { ...fleetRouteRecipes, ...accountRouteRecipes, ...ssoRouteRecipes, ...usersRouteRecipes, ...mailRouteRecipes };

/** How every server action is called, by its key in the access table. */
export const actionRecipes: Known<unknown> = {
  ...fleetActionRecipes,
  ...accountActionRecipes,
  ...auditActionRecipes,
  ...ssoActionRecipes,
  ...usersActionRecipes,
  ...mailActionRecipes,
};
