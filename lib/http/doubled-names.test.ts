import { expect, test } from "vitest";
import { BadRequestError } from "../errors";
import { toCanonicalNames, withDoubledNames } from "./doubled-names";

const pairs: [string, string][] = [
  ["teams", "fleets"],
  ["team", "fleet"],
  ["team_id", "fleet_id"],
  ["team_ids", "fleet_ids"],
  ["team_name", "fleet_name"],
  ["available_teams", "available_fleets"],
  ["default_team", "default_fleet"],
  ["host_team_id", "host_fleet_id"],
  ["team_ids_by_name", "fleet_ids_by_name"],
  ["queries", "reports"],
  ["query_id", "report_id"],
  ["query_ids", "report_ids"],
  ["query_name", "report_name"],
  ["query_stats", "report_stats"],
  ["query_count", "report_count"],
  ["scheduled_query_id", "scheduled_report_id"],
  ["scheduled_query_name", "scheduled_report_name"],
  ["inherited_query_count", "inherited_report_count"],
  ["live_query_results", "live_report_results"],
  ["ios_team", "ios_fleet"],
  ["ipados_team", "ipados_fleet"],
  ["macos_team", "macos_fleet"],
];

test.each(pairs)("%s and %s are one thing, both ways and at any depth", (old, young) => {
  expect(toCanonicalNames({ a: [{ [young]: 1 }] })).toEqual({ a: [{ [old]: 1 }] });
  expect(toCanonicalNames({ a: [{ [old]: 1 }] })).toEqual({ a: [{ [old]: 1 }] });
  expect(withDoubledNames({ a: [{ [old]: 1 }] })).toEqual({ a: [{ [old]: 1, [young]: 1 }] });
  expect(() => toCanonicalNames({ a: { [old]: 1, [young]: 1 } })).toThrow(expect.objectContaining({ code: "alias_conflict" }) as BadRequestError);
});

test.each([
  ["server_settings", "live_query_disabled", "live_reporting_disabled"],
  ["server_settings", "query_reports_disabled", "discard_reports_data"],
  ["server_settings", "query_report_cap", "report_cap"],
  ["org_info", "org_logo_url", "org_logo_url_dark_mode"],
  ["org_info", "org_logo_url_light_background", "org_logo_url_light_mode"],
  ["macos_settings", "custom_settings", "configuration_profiles"],
  ["windows_settings", "custom_settings", "configuration_profiles"],
])("inside %s, %s is also %s, and nowhere else", (parent, old, young) => {
  expect(toCanonicalNames({ [parent]: { [young]: "x" } })).toEqual({ [parent]: { [old]: "x" } });
  expect(withDoubledNames({ [parent]: { [old]: "x" } })).toEqual({ [parent]: { [old]: "x", [young]: "x" } });
  expect(withDoubledNames({ elsewhere: { [old]: "x" } })).toEqual({ elsewhere: { [old]: "x" } });
});

test("a wrapper with an old name holds old names, one with a new name holds new names", () => {
  expect(withDoubledNames({ team: { id: 1, team_id: 1, hosts: [{ team_name: "A" }] } })).toEqual({
    team: { id: 1, team_id: 1, hosts: [{ team_name: "A" }] },
    fleet: { id: 1, fleet_id: 1, hosts: [{ fleet_name: "A" }] },
  });
  expect(withDoubledNames({ mdm: { macos_setup: { script: "s" } } })).toEqual({
    mdm: { macos_setup: { script: "s" }, setup_experience: { macos_script: "s" } },
  });
  expect(toCanonicalNames({ mdm: { setup_experience: { macos_script: "s" } } })).toEqual({ mdm: { macos_setup: { script: "s" } } });
});

test("logos may be sent under both names when they say the same", () => {
  expect(toCanonicalNames({ org_info: { org_logo_url: "a", org_logo_url_dark_mode: "a" } })).toEqual({ org_info: { org_logo_url: "a" } });
  expect(() => toCanonicalNames({ org_info: { org_logo_url: "a", org_logo_url_dark_mode: "b" } })).toThrow(BadRequestError);
});

test("SQL in `query` and what osquery defines keep their names", () => {
  const options = { agent_options: { config: { packs: { p: { queries: { q: { query: "select 1" } } } } } }, query: "select 1" };
  expect(withDoubledNames(options)).toEqual(options);
  expect(toCanonicalNames(options)).toEqual(options);
});

test("a hostile key stays a plain key", () => {
  const sent = JSON.parse('{"__proto__": {"admin": true}, "fleet_id": 3}') as unknown;
  const taken = toCanonicalNames(sent) as { team_id: number; admin?: boolean };
  expect(taken.team_id).toBe(3);
  expect(taken.admin).toBeUndefined();
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});
