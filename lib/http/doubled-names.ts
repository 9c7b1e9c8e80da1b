import { BadRequestError } from "../errors";

// Old name → new name, wherever the key stands.
const anywhere: Record<string, string> = {
  teams: "fleets",
  team: "fleet",
  team_id: "fleet_id",
  team_ids: "fleet_ids",
  team_name: "fleet_name",
  available_teams: "available_fleets",
  default_team: "default_fleet",
  host_team_id: "host_fleet_id",
  team_ids_by_name: "fleet_ids_by_name",
  queries: "reports",
  query_id: "report_id",
  query_ids: "report_ids",
  query_name: "report_name",
  query_stats: "report_stats",
  query_count: "report_count",
  scheduled_query_id: "scheduled_report_id",
  scheduled_query_name: "scheduled_report_name",
  inherited_query_count: "inherited_report_count",
  live_query_results: "live_report_results",
  ios_team: "ios_fleet",
  ipados_team: "ipados_fleet",
  macos_team: "macos_fleet",
};

// Old name → new name, only directly under the parent named first (by either of its names).
const underParent: Record<string, Record<string, string>> = {
  server_settings: { live_query_disabled: "live_reporting_disabled", query_reports_disabled: "discard_reports_data", query_report_cap: "report_cap" },
  org_info: { org_logo_url: "org_logo_url_dark_mode", org_logo_url_light_background: "org_logo_url_light_mode" },
  mdm: { macos_settings: "apple_settings", macos_setup: "setup_experience" },
  macos_setup: {
    bootstrap_package: "macos_bootstrap_package",
    macos_setup_assistant: "apple_setup_assistant",
    script: "macos_script",
    manual_agent_install: "macos_manual_agent_install",
    enable_release_device_manually: "apple_enable_release_device_manually",
    enable_managed_local_account: "enable_create_local_admin_account",
  },
};
underParent.setup_experience = underParent.macos_setup ?? {};

// Clients read both logo names and send both back: only a difference between them is a contradiction.
const mayRepeat = new Set(Object.values(underParent.org_info ?? {}));

// What osquery defines, not we: its packs have `queries` of their own.
const opaque = new Set(["agent_options"]);

type Json = Record<string, unknown>;
type Family = "both" | "old" | "new";

function newNameOf(key: string, parent: string): string | undefined {
  if (key === "custom_settings" && parent.endsWith("_settings")) return "configuration_profiles";
  return underParent[parent]?.[key] ?? anywhere[key];
}

const oldNamesAnywhere = invert(anywhere);
const oldNamesUnderParent = Object.fromEntries(Object.entries(underParent).map(([parent, names]) => [parent, invert(names)]));

function oldNameOf(key: string, parent: string): string | undefined {
  if (key === "configuration_profiles" && parent.endsWith("_settings")) return "custom_settings";
  return oldNamesUnderParent[parent]?.[key] ?? oldNamesAnywhere[key];
}

function invert(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([old, young]) => [young, old]));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Turns what a client sent, with old or new names at any depth, into the old names that the product uses.
 * @throws BadRequestError `alias_conflict` when one object has both names of a thing
 */
export function toCanonicalNames(value: unknown, parent = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => toCanonicalNames(item, parent));
  if (!isObject(value)) return value;
  const result: Json = {};
  for (const [key, child] of Object.entries(value)) {
    const old = oldNameOf(key, parent);
    const name = old ?? key;
    if (old !== undefined && Object.hasOwn(value, old)) {
      if (mayRepeat.has(key) && value[old] === child) continue;
      throw new BadRequestError("alias_conflict", `"${old}" and "${key}" are two names of one thing. Send only one of them.`);
    }
    // defineProperty keeps a key called __proto__ a plain key.
    Object.defineProperty(result, name, {
      value: opaque.has(name) ? child : toCanonicalNames(child, name),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

/** Gives an answer both names of everything that has two. Under an old name stand old names only, under a new one new names only. */
export function withDoubledNames(value: unknown): unknown {
  return named(value, "both", "");
}

function named(value: unknown, family: Family, parent: string): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, family, parent));
  if (!isObject(value)) return value;
  const result: Json = {};
  for (const [key, child] of Object.entries(value)) {
    const young = newNameOf(key, parent);
    if (young === undefined) result[key] = opaque.has(key) ? child : named(child, family, key);
    else {
      if (family !== "new") result[key] = named(child, "old", key);
      if (family !== "old" && !Object.hasOwn(value, young)) result[young] = named(child, "new", key);
    }
  }
  return result;
}
