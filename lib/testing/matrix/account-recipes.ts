import type { accountActions, accountRoutes } from "@/lib/auth/access/account-access";
import type { auditActions, auditRoutes } from "@/lib/auth/access/audit-access";
import type { Permission } from "@/lib/permissions";
import type { Place, Recipe, Recipes, RestCall, Situation } from "./matrix-types";

const others: readonly Place[] = ["own", "other", "all"];

type UserPermission = Extract<Permission, "user:read" | "user:write">;

/** Somebody else's things ask for a permission over that user. */
export const overUser = <Call>(
  permission: UserPermission,
  call: (userId: number, situation: Situation) => Promise<Call> | Call,
  options: { apiOnly: boolean } = { apiOnly: true },
): Recipe<Call> => ({
  places: others,
  permission,
  see: permission,
  call: async (situation) => call((await situation.world.user(situation.place, options)).userId, situation),
});

/** One's own things ask for the right to keep one's own profile. */
export const overSelf = <Call>(call: (userId: number, situation: Situation) => Promise<Call> | Call): Recipe<Call> => ({
  places: ["all"],
  permission: "profile:write",
  ownThing: true,
  ownCaller: true,
  call: (situation) => call(situation.caller.userId, situation),
});
const both = <Call>(permission: UserPermission, call: (userId: number, situation: Situation) => Promise<Call> | Call): readonly Recipe<Call>[] => [
  overUser(permission, call),
  overSelf(call),
];

const params = (userId: number): RestCall => ({ params: { id: String(userId) } });
const ofSession = async (userId: number, { world }: Situation): Promise<RestCall> => ({ params: { id: await world.session(userId) } });
const ofToken = async (userId: number, { world }: Situation): Promise<RestCall> => ({
  params: { id: String(userId), tokenId: String(await world.apiToken(userId)) },
});
const newToken = (userId: number, { world }: Situation): RestCall => ({ ...params(userId), body: { name: world.name("token") } });

/** How the routes of sessions, API tokens and the audit are called. */
export const accountRouteRecipes: Recipes<keyof typeof accountRoutes | keyof typeof auditRoutes, RestCall> = {
  "GET sessions/:id": both("user:read", ofSession),
  "DELETE sessions/:id": both("user:write", ofSession),
  "GET users/:id/sessions": both("user:read", params),
  "DELETE users/:id/sessions": both("user:write", params),
  "GET users/:id/api_tokens": both("user:read", params),
  "POST users/:id/api_tokens": both("user:write", newToken),
  "DELETE users/:id/api_tokens/:tokenId": both("user:write", ofToken),
  "GET rest_api": { call: () => ({}) },
  "GET activities/export": { places: ["any"], call: () => ({}) },
};

/** How the server actions of My account are called. */
export const accountActionRecipes: Recipes<keyof typeof accountActions, unknown> = {
  "account.saveProfile": { ownThing: true, ownCaller: true, call: () => ({ name: "Someone else" }) },
  "account.savePassword": {
    ownThing: true,
    ownCaller: true,
    passes: [422],
    call: () => ({ old_password: "not the present one", new_password: "harbour-lantern-4-tides", again: "harbour-lantern-4-tides" }),
  },
  "account.endSession": both("user:write", async (userId, { world }) => ({ sessionId: await world.session(userId) })),
  "account.endSessions": both("user:write", (userId) => ({ userId })),
  "account.makeToken": both("user:write", (userId, { world }) => ({ userId, name: world.name("token"), expiry: "30", api_endpoints: null })),
  "account.removeToken": both("user:write", async (userId, { world }) => ({ userId, tokenId: await world.apiToken(userId) })),
};

const periods = () => ({ transitionDays: "0", reportDays: "90", repeatDays: "7", activityDays: "0", signInDays: "90", hostDays: "0" });

/** How the server actions of the audit are called. */
export const auditActionRecipes: Recipes<keyof typeof auditActions, unknown> = {
  "retention.previewPeriods": { call: periods },
  "retention.savePeriods": { call: periods },
};
