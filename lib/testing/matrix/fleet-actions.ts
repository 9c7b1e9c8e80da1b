import type { fleetActions } from "@/lib/auth/access/fleet-access";
import { teamPlaces, type ActionRecipe, type Place, type Situation } from "./matrix-types";

const withAll: readonly Place[] = [...teamPlaces, "all"];
const shared: readonly Place[] = ["own", "other", "all"];

const form = (fields: Record<string, string>): FormData => {
  const sent = new FormData();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return sent;
};
const hostIds: ActionRecipe = { see: "host:read", call: async ({ world, place }) => ({ hostIds: [(await world.host(place)).hostId] }) };
const secrets = async (situation: Situation) => ({ teamId: situation.place === "all" ? null : await situation.world.freshTeam(situation) });
// Both answer with the secrets that are left, which gitops on a team may replace (by REST) but not read.
const exceptBlindWriters: ActionRecipe["except"] = {
  callers: ({ teamRole }) => teamRole === "gitops",
  expect: [403, 404],
  why: "the answer holds secrets that the role may not read",
};
const policyIds: ActionRecipe = {
  see: "policy:read",
  places: withAll,
  call: async ({ world, place }) => ({ policyIds: [(await world.policy(place)).policyId] }),
};
const gating = async (situation: Situation) => ({ teamId: situation.place === "all" ? null : await situation.world.freshTeam(situation), policyIds: [] });
// What the tenant is asked is another test's matter: these calls end at the connection's state or at an address that nobody answers.
const ofConnection = (fields: Record<string, string> = {}): ActionRecipe => ({
  passes: [400, 404, 409, 422, 502],
  call: () => ({ connectionId: 999_999, ...fields }),
});

/** How each server action of hosts, labels, policies and settings is called. */
export const fleetActionRecipes: Record<keyof typeof fleetActions, ActionRecipe> = {
  "hosts.askAgain": hostIds,
  "hosts.moveHosts": { call: async ({ world, place }) => ({ hostIds: [(await world.host(place)).hostId], teamId: world.team(place) }) },
  "hosts.removeHosts": hostIds,
  "hosts.peekAtHost": { see: "host:read", call: async ({ world, place }) => ({ hostId: (await world.host(place)).hostId }) },
  "hosts.showEnrollSecrets": { places: withAll, call: secrets },
  "hosts.addEnrollSecret": { places: withAll, except: exceptBlindWriters, call: secrets },
  "hosts.removeEnrollSecret": {
    places: withAll,
    except: exceptBlindWriters,
    call: async (situation) => ({ ...(await secrets(situation)), secret: "none of them" }),
  },
  "hosts.sendHostNow": {
    see: "host:read",
    passes: [400, 409, 422],
    call: async ({ world, place }) => ({ hostId: (await world.host(place)).hostId }),
  },
  "labels.saveLabel": {
    see: "label:read",
    places: shared,
    call: async ({ world, place }) => form({ labelId: String((await world.label(place)).labelId), name: world.name("label"), kind: "manual" }),
  },
  "labels.removeLabel": { see: "label:read", places: shared, call: async ({ world, place }) => ({ labelId: (await world.label(place)).labelId }) },
  "policies.savePolicy": {
    see: "policy:read",
    places: withAll,
    call: async ({ world, place }) => form({ policyId: String((await world.policy(place)).policyId), name: world.name("policy"), query: "SELECT 1;" }),
  },
  "policies.previewDeletion": policyIds,
  "policies.deletePolicyList": policyIds,
  "policies.previewGating": { places: withAll, call: gating },
  "policies.saveGatingChoice": { places: withAll, call: gating },
  "organisation.saveOrganisation": { call: ({ world }) => form({ name: world.name("Organisation"), publicUrl: "https://flotilla.example.test" }) },
  "conditional-access.saveConnection": {
    passes: [400, 409, 422, 502],
    call: () => form({ provider: "intune_partner", microsoft_tenant_id: "not a tenant" }),
  },
  "conditional-access.giveConsent": ofConnection(),
  "conditional-access.retryStep": ofConnection(),
  "conditional-access.findGroups": ofConnection({ beginning: "a" }),
  "conditional-access.saveGroup": ofConnection({ group_id: "a" }),
  "conditional-access.saveCredential": ofConnection({ client_secret: "a" }),
  "conditional-access.runTest": ofConnection(),
  "conditional-access.endConnection": ofConnection(),
};
