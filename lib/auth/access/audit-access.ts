import { entry } from "./access-entry";

/** The REST routes of this part: a key is the method and the path below /api/v1/fleet. */
export const auditRoutes = {
  "GET activities/export": entry("Export activities", "activity:read", "team"),
} as const;

/** Its server actions: a key is the folder of the actions file and the action's name. */
export const auditActions = {} as const;
