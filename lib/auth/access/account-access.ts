import { entry } from "./access-entry";

/** The REST routes of sessions, API tokens and the catalogue of routes. Signed in is enough to begin with: everyone reaches their own, and the verbs ask about others'. */
export const accountRoutes = {
  "GET sessions/:id": entry("Get a session", "signed_in", "team"),
  "DELETE sessions/:id": entry("End a session", "signed_in", "team"),
  "GET users/:id/sessions": entry("List a user's sessions", "signed_in", "team"),
  "DELETE users/:id/sessions": entry("End a user's sessions", "signed_in", "team"),
  "GET users/:id/api_tokens": entry("List a user's API tokens", "signed_in", "team"),
  "POST users/:id/api_tokens": entry("Make an API token", "signed_in", "team"),
  "DELETE users/:id/api_tokens/:tokenId": entry("Revoke an API token", "signed_in", "team"),
  "GET rest_api": entry("List the routes of the REST API", "signed_in"),
} as const;

/** The server actions of My account, and of the sessions and tokens on a user's page. */
export const accountActions = {
  "account.saveProfile": entry("Change my name or e-mail address", "profile:write"),
  "account.savePassword": entry("Change my password", "profile:write"),
  "account.endSession": entry("End a session", "signed_in", "team"),
  "account.endSessions": entry("End a user's sessions", "signed_in", "team"),
  "account.makeToken": entry("Make an API token", "signed_in", "team"),
  "account.removeToken": entry("Revoke an API token", "signed_in", "team"),
} as const;
