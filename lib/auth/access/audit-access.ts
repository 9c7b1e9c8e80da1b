import { entry } from "./access-entry";

/** The REST routes of this part: a key is the method and the path below /api/v1/fleet. */
export const auditRoutes = {
  "GET activities/export": entry("Export activities", "activity:read", "team"),
} as const;

/** Its server actions: a key is the folder of the actions file and the action's name. */
export const auditActions = {
  "retention.previewPeriods": entry("Preview what shorter periods would remove", "organisation:write"),
  "retention.savePeriods": entry("Save how long history is kept", "organisation:write"),
} as const;
