import type { ssoActions, ssoRoutes } from "@/lib/auth/access/sso-access";
import type { Recipes, RestCall } from "./matrix-types";

/** How the routes of single sign-on are called. */
export const ssoRouteRecipes: Recipes<keyof typeof ssoRoutes, RestCall> = {
  "GET sso": { call: () => ({}) },
  // SAML is off here, which is what an open route may say to anyone.
  "POST sso": { passes: [400, 404, 409, 422, 429], call: () => ({ body: {} }) },
  "POST sso/callback": { call: () => ({ body: "SAMLResponse=none" }) },
};

/** How the server actions of single sign-on are called. */
export const ssoActionRecipes: Recipes<keyof typeof ssoActions, unknown> = {
  "saml.saveSaml": { passes: [422], call: () => ({}) },
  "saml.fetchMetadata": { passes: [422], call: () => ({ metadataUrl: "not an address" }) },
};
