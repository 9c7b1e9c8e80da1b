import type { ssoActions, ssoRoutes } from "@/lib/auth/access/sso-access";
import type { ActionRecipe, Recipes, RestCall } from "./matrix-types";

const nobodysId = "00000000-0000-4000-8000-000000000000";
const ofNoDirectory = (fields: Record<string, string> = {}): ActionRecipe => ({ passes: [404], call: () => ({ directoryId: 999_999, ...fields }) });

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
  // No directory has this id; what each does to one is another test's matter.
  "directories.addDirectory": { passes: [422], call: () => ({ name: "" }) },
  "directories.saveDirectory": ofNoDirectory({ name: "A", cloud: "global", tenantId: nobodysId, clientId: nobodysId, clientSecret: "" }),
  "directories.saveAdmission": ofNoDirectory({ defaultRole: "none" }),
  "directories.tryDirectory": ofNoDirectory(),
  "directories.enable": ofNoDirectory(),
  "directories.disable": ofNoDirectory(),
  "directories.remove": ofNoDirectory(),
  "single-sign-on.saveRules": { passes: [404], call: () => ({ directoryId: 999_999, rules: [] }) },
  "saml.fetchMetadata": { passes: [422], call: () => ({ metadataUrl: "not an address" }) },
};
