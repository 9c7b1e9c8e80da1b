import { randomUUID } from "node:crypto";
import type { ssoActions, ssoRoutes } from "@/lib/auth/access/sso-access";
import type { ActionRecipe, Recipes, RestCall, Situation } from "./matrix-types";

/** How the routes of single sign-on are called. */
export const ssoRouteRecipes: Recipes<keyof typeof ssoRoutes, RestCall> = {
  "GET sso": { call: () => ({}) },
  // SAML is off here, which is what an open route may say to anyone.
  "POST sso": { passes: [400, 404, 409, 422, 429], call: () => ({ body: {} }) },
  "POST sso/callback": { call: () => ({ body: "SAMLResponse=none" }) },
};

const settings = () => ({ name: "Tidewater", cloud: "global", tenantId: randomUUID(), clientId: randomUUID(), clientSecret: "a secret of Entra" });
const ofDirectory = (more: (situation: Situation) => object = () => ({}), passes: readonly number[] = []): ActionRecipe => ({
  passes,
  call: async (situation) => ({ directoryId: await situation.world.directory(), ...more(situation) }),
});

/** How the server actions of single sign-on are called. */
export const ssoActionRecipes: Recipes<keyof typeof ssoActions, unknown> = {
  "directories.addDirectory": { call: settings },
  "directories.saveDirectory": ofDirectory(settings),
  "directories.saveAdmission": ofDirectory(() => ({ jitProvisioning: "on", defaultRole: "none" })),
  "directories.tryDirectory": ofDirectory(),
  // A directory that was never tried can't be switched on.
  "directories.enable": ofDirectory(undefined, [422]),
  "directories.disable": ofDirectory(),
  "directories.remove": ofDirectory(),
  "single-sign-on.saveRules": ofDirectory(({ world }) => ({ rules: [{ source: "group", value: randomUUID(), role: "observer", teamId: world.own }] })),
  "saml.saveSaml": {
    call: ({ world }) => ({
      idpName: world.name("Provider"),
      entityId: "",
      metadataUrl: "",
      metadata: "",
      idpImageUrl: "",
      serverUrl: "",
      defaultRole: "none",
    }),
  },
  // No address is known to fetch it from.
  "saml.fetchMetadata": { passes: [422], call: () => ({}) },
};
