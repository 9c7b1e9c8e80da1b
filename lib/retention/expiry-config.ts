import { InvalidInputError } from "../errors";
import type { Retention, RetentionPatch } from "./retention";

type Tree = Record<string, unknown>;

const hosts = "host_expiry_settings";
const activities = "activity_expiry_settings";
const own = "retention_settings";

const ownNames = {
  transition_days: "transitionDays",
  report_days: "reportDays",
  repeat_days: "repeatDays",
  refused_attempt_days: "signInDays",
} as const;

const names = [
  `${hosts}.host_expiry_enabled`,
  `${hosts}.host_expiry_window`,
  `${activities}.activity_expiry_enabled`,
  `${activities}.activity_expiry_window`,
  `${own}.transition_days`,
  `${own}.report_days`,
  `${own}.repeat_days`,
  `${own}.refused_attempt_days`,
] as const;
type Name = (typeof names)[number];

/** How long history is kept, as paths of the configuration, each under itself. */
export const expiryPaths: Readonly<Record<string, Name>> = Object.fromEntries(names.map((name) => [name, name]));

// Two kinds are known to clients as a switch and a window; the window is 0 while the switch is off.
const switched = [
  { key: "hostDays", enabled: `${hosts}.host_expiry_enabled`, window: `${hosts}.host_expiry_window` },
  { key: "activityDays", enabled: `${activities}.activity_expiry_enabled`, window: `${activities}.activity_expiry_window` },
] as const;

/** The parts of the configuration that say how long history is kept, in days; in `retention_settings` 0 is for ever. */
export function toExpiryTree(retention: Retention): Tree {
  return {
    [hosts]: { host_expiry_enabled: retention.hostDays > 0, host_expiry_window: retention.hostDays },
    [activities]: {
      activity_expiry_enabled: retention.activityDays > 0,
      activity_expiry_window: retention.activityDays,
      preserve_host_activities_on_reenrollment: true,
    },
    [own]: Object.fromEntries(Object.entries(ownNames).map(([name, key]) => [name, retention[key]])),
  };
}

/**
 * What changed paths of the configuration mean for the settings.
 * @throws InvalidInputError `config_invalid` for a value of the wrong kind, a switch turned on without a window, or a window without the switch
 */
export function readExpiryPatch(changes: Partial<Record<string, unknown>>, current: Retention): RetentionPatch {
  const patch: Record<string, unknown> = {};
  for (const { key, enabled, window } of switched) {
    const isOn = current[key] > 0;
    const on = changes[enabled] ?? isOn;
    if (typeof on !== "boolean") throw invalid(enabled, "expected true or false");
    const given = changes[window];
    if (on && !isOn && (given === undefined || given === 0)) throw invalid(window, "expected the number of days, because there is none yet");
    if (on && isOn && given === 0) throw invalid(window, `expected a number of days; to keep all, set ${enabled} to false`);
    if (!on && given !== undefined && given !== 0) throw invalid(window, `expected 0 while ${enabled} is false; set that to true to use a window`);
    if (on !== isOn || given !== undefined) patch[key] = on ? given : 0;
  }
  for (const [name, key] of Object.entries(ownNames)) {
    const given = changes[`${own}.${name}`];
    if (given !== undefined) patch[key] = given;
  }
  return patch as RetentionPatch;
}

/** The same error, with its fields named by their paths in the configuration. */
export function atExpiryPaths(error: unknown): unknown {
  if (!(error instanceof InvalidInputError) || error.code !== "retention_invalid") return error;
  const pathOf: Record<string, string> = {
    ...Object.fromEntries(switched.map(({ key, window }) => [key, window])),
    ...Object.fromEntries(Object.entries(ownNames).map(([name, key]) => [key, `${own}.${name}`])),
  };
  const fields = error.fields.map(({ field, reason }) => ({ field: pathOf[field] ?? field, reason }));
  return new InvalidInputError("config_invalid", `"${fields[0]?.field}": ${fields[0]?.reason}.`, { fields, cause: error });
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("config_invalid", `"${field}": ${reason}.`, { fields: [{ field, reason }] });
}
