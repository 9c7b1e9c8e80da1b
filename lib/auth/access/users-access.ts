import { entry } from "./access-entry";

/** The REST routes of this part: a key is the method and the path below /api/v1/fleet. People change their own user by the same route as admins; the verb asks. */
export const usersRoutes = {
  "GET users": entry("List users", "user:read", "team"),
  "POST users/admin": entry("Make a user", "user:write", "team"),
  "POST users/api_only": entry("Make an API-only user", "user:write", "team"),
  "PATCH users/api_only/:id": entry("Change an API-only user", "user:write", "team"),
  "POST users/roles/spec": entry("Give roles by mail address", "user:write", "team"),
  "GET users/:id": entry("Get a user", "user:read", "team"),
  "PATCH users/:id": entry("Change a user", "profile:write", "team"),
  "DELETE users/:id": entry("Delete a user", "user:write", "team"),
  "GET teams/:id/users": entry("List a team's users", "user:read", "team"),
  "PATCH teams/:id/users": entry("Give users a role on a team", "user:write", "team"),
  "DELETE teams/:id/users": entry("Take users' role on a team away", "user:write", "team"),
} as const;

/** Its server actions: a key is the folder of the actions file and the action's name. */
export const usersActions = {
  "users.addUser": entry("Add a user", "user:write", "team"),
  "users.saveProfile": entry("Change a user's name or mail address", "user:write", "team"),
  "users.saveRoles": entry("Change a user's roles", "user:write", "team"),
  "users.saveWayIn": entry("Change how a user signs in", "user:write", "team"),
  "users.saveRoutes": entry("Change what an API-only user may call", "user:write", "team"),
  "users.askForNewPassword": entry("Ask a user for a new password", "user:write", "team"),
  "users.switchUser": entry("Disable or enable a user", "user:write", "team"),
  "users.removeUser": entry("Delete a user", "user:write", "team"),
} as const;
