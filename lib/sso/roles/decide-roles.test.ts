import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRoles, type RoleClaims } from "./decide-roles";
import type { DecidedRoles, RoleRefusalCode } from "./role-decision";
import { isStronger, ssoRoles, type RoleRule, type SsoPolicy } from "./role-rule";

const teamIds = new Set([1, 2, 7]);
const nothing: RoleClaims = { attributes: [], appRoles: [], groups: [], groupsTruncated: false };
const on: SsoPolicy = { jitProvisioning: true, defaultRole: "none", rules: [] };
const off: SsoPolicy = { ...on, jitProvisioning: false };

const globalRole = "FLEET_JIT_USER_ROLE_GLOBAL";
const onTeam = (id: string) => `FLEET_JIT_USER_ROLE_TEAM_${id}`;
const onFleet = (id: string) => `FLEET_JIT_USER_ROLE_FLEET_${id}`;
const sent = (...attributes: [string, ...string[]][]): RoleClaims => ({
  ...nothing,
  attributes: attributes.map(([name, ...values]) => ({ name, values })),
});
const decide = (claims: RoleClaims, policy: SsoPolicy, known = true) => decideRoles(claims, policy, { known, teamIds });
const everywhere = (role: DecidedRoles["globalRole"], from: DecidedRoles["from"] = "attributes") => ({ kind: "roles", globalRole: role, teamRoles: [], from });
const onTeams = (teamRoles: DecidedRoles["teamRoles"], from: DecidedRoles["from"] = "attributes") => ({ kind: "roles", globalRole: "none", teamRoles, from });

describe("role attributes of an assertion", () => {
  test.each<{ said: string; attributes: [string, ...string[]][]; gives: object }>([
    { said: "a global role", attributes: [[globalRole, "admin"]], gives: everywhere("admin") },
    { said: "technician", attributes: [[globalRole, "technician"]], gives: everywhere("technician") },
    { said: "the last of several values", attributes: [[globalRole, "admin", "maintainer", "observer"]], gives: everywhere("observer") },
    { said: "the last of two elements", attributes: [[globalRole, "admin"], [globalRole, "observer"]], gives: everywhere("observer") }, // prettier-ignore
    { said: "a role on a team", attributes: [[onTeam("1"), "maintainer"]], gives: onTeams([{ teamId: 1, role: "maintainer" }]) },
    { said: "the newer name of a team", attributes: [[onFleet("7"), "observer_plus"]], gives: onTeams([{ teamId: 7, role: "observer_plus" }]) },
    { said: "several teams, by id", attributes: [[onTeam("7"), "observer"], [onFleet("2"), "admin"]], gives: onTeams([{ teamId: 2, role: "admin" }, { teamId: 7, role: "observer" }]) }, // prettier-ignore
    { said: "null beside a role", attributes: [[globalRole, "null"], [onTeam("1"), "observer"]], gives: onTeams([{ teamId: 1, role: "observer" }]) }, // prettier-ignore
    { said: "null for a team that is named again", attributes: [[onTeam("1"), "null"], [onFleet("1"), "observer"]], gives: onTeams([{ teamId: 1, role: "observer" }]) }, // prettier-ignore
    { said: "null as the last value", attributes: [[globalRole, "admin", "null"]], gives: { kind: "unchanged" } },
    { said: "null for a team that doesn't exist", attributes: [[onTeam("99"), "null"]], gives: { kind: "unchanged" } },
    { said: "another case of the name", attributes: [["fleet_jit_user_role_global", "admin"]], gives: { kind: "unchanged" } },
    { said: "a longer name", attributes: [[`${globalRole}_X`, "admin"]], gives: { kind: "unchanged" } },
    { said: "a name behind a namespace", attributes: [[`http://claims/${globalRole}`, "admin"]], gives: { kind: "unchanged" } },
  ])("$said", ({ attributes, gives }) => {
    expect(decide(sent(...attributes), on)).toEqual(gives);
  });

  test.each<{ said: string; attributes: [string, ...string[]][]; code: RoleRefusalCode; named: string }>([
    { said: "an empty value", attributes: [[globalRole, ""]], code: "role_attribute_empty", named: globalRole },
    { said: "no value", attributes: [[onTeam("1")]], code: "role_attribute_empty", named: onTeam("1") },
    { said: "an empty last value", attributes: [[globalRole, "admin", ""]], code: "role_attribute_empty", named: globalRole },
    { said: "gitops", attributes: [[globalRole, "gitops"]], code: "role_attribute_gitops", named: globalRole },
    { said: "gitops on a team", attributes: [[onTeam("1"), "gitops"]], code: "role_attribute_gitops", named: onTeam("1") },
    { said: "an unknown role", attributes: [[globalRole, "owner"]], code: "role_attribute_unknown", named: "owner" },
    { said: "another case of a role", attributes: [[globalRole, "Admin"]], code: "role_attribute_unknown", named: "Admin" },
    { said: "a role with a blank", attributes: [[globalRole, " admin"]], code: "role_attribute_unknown", named: " admin" },
    { said: "none as a role", attributes: [[globalRole, "none"]], code: "role_attribute_unknown", named: "none" },
    { said: "a team that isn't a number", attributes: [[onTeam("sales"), "observer"]], code: "role_team_not_a_number", named: onTeam("sales") },
    { said: "a team without a number", attributes: [[onTeam(""), "observer"]], code: "role_team_not_a_number", named: onTeam("") },
    { said: "a negative team", attributes: [[onTeam("-1"), "observer"]], code: "role_team_not_a_number", named: "-1" },
    { said: "a team with a line break", attributes: [[onTeam("1\n"), "observer"]], code: "role_team_not_a_number", named: onTeam("1\n") },
    { said: "a team beyond all numbers", attributes: [[onTeam("99999999999"), "observer"]], code: "role_team_not_a_number", named: "99999999999" },
    { said: "a team that doesn't exist", attributes: [[onTeam("99"), "observer"]], code: "role_team_unknown", named: "team 99" },
    { said: "No team", attributes: [[onTeam("0"), "observer"]], code: "role_team_unknown", named: "team 0" },
    { said: "one team twice", attributes: [[onTeam("1"), "observer"], [onTeam("1"), "observer"]], code: "role_team_twice", named: "team 1" }, // prettier-ignore
    { said: "one team by both names", attributes: [[onTeam("1"), "observer"], [onFleet("1"), "admin"]], code: "role_team_twice", named: "team 1" }, // prettier-ignore
    { said: "one team in two spellings", attributes: [[onTeam("01"), "observer"], [onTeam("1"), "admin"]], code: "role_team_twice", named: "team 1" }, // prettier-ignore
    { said: "a global role and a team's", attributes: [[globalRole, "observer"], [onTeam("1"), "observer"]], code: "role_global_and_team", named: "or" }, // prettier-ignore
  ])("$said refuses the sign-in, known or not", ({ attributes, code, named }) => {
    for (const known of [true, false]) {
      const decision = decide(sent(...attributes), on, known);
      expect(decision).toMatchObject({ kind: "refused", code });
      expect(decision.kind === "refused" && decision.reason).toContain(named);
    }
  });

  test("count only where provisioning is on, even when they couldn't be taken", () => {
    expect(decide(sent([globalRole, "admin"]), off)).toEqual({ kind: "unchanged" });
    expect(decide(sent([globalRole, "owner"]), off)).toEqual({ kind: "unchanged" });
  });

  test("win over rules, also when groups were left out", () => {
    const rules: RoleRule[] = [{ source: "group", value: "g", role: "admin", teamId: null }];
    const claims = { ...sent([globalRole, "observer"]), groups: ["g"], groupsTruncated: true };
    expect(decide(claims, { ...on, rules })).toEqual(everywhere("observer"));
  });

  test("a long value is cut where it is told", () => {
    const decision = decide(sent([globalRole, "x".repeat(5000)]), on);
    expect(decision.kind === "refused" && decision.reason.length).toBeLessThan(300);
  });
});

describe("rules", () => {
  const role = (value: string, given: RoleRule["role"], teamId: number | null = null): RoleRule => ({ source: "app_role", value, role: given, teamId });
  const group = (value: string, given: RoleRule["role"], teamId: number | null = null): RoleRule => ({ source: "group", value, role: given, teamId });
  const held = (appRoles: string[], groups: string[] = []): RoleClaims => ({ ...nothing, appRoles, groups });

  test.each<{ said: string; rules: RoleRule[]; claims: RoleClaims; gives: object }>([
    { said: "an app role gives its role", rules: [role("it.admin", "admin")], claims: held(["it.admin"]), gives: everywhere("admin", "rules") },
    { said: "a group gives its role, in any case", rules: [group("AB-1", "observer")], claims: held([], ["ab-1"]), gives: everywhere("observer", "rules") },
    { said: "an app role in another case gives nothing", rules: [role("it.admin", "admin")], claims: held(["IT.Admin"]), gives: everywhere("none", "default") },
    { said: "a group's id among the app roles gives nothing", rules: [group("g", "admin")], claims: held(["g"]), gives: everywhere("none", "default") },
    { said: "an app role's value among the groups gives nothing", rules: [role("r", "admin")], claims: held([], ["r"]), gives: everywhere("none", "default") },
    { said: "the strongest of several global roles wins", rules: [role("a", "observer"), role("b", "technician"), role("c", "observer_plus")], claims: held(["a", "b", "c"]), gives: everywhere("technician", "rules") }, // prettier-ignore
    { said: "maintainer beats technician", rules: [role("a", "maintainer"), role("b", "technician")], claims: held(["a", "b"]), gives: everywhere("maintainer", "rules") }, // prettier-ignore
    { said: "the strongest wins on each team", rules: [role("a", "observer", 1), group("g", "maintainer", 1), role("a", "observer", 2)], claims: held(["a"], ["g"]), gives: onTeams([{ teamId: 1, role: "maintainer" }, { teamId: 2, role: "observer" }], "rules") }, // prettier-ignore
    { said: "a value without a rule gives nothing", rules: [role("a", "observer")], claims: held(["dt.global.admin"]), gives: everywhere("none", "default") },
  ])("$said", ({ rules, claims, gives }) => {
    expect(decide(claims, { ...off, rules })).toEqual(gives);
  });

  test("a global role beside a team's refuses the sign-in", () => {
    const rules = [role("a", "observer"), role("b", "admin", 1)];
    expect(decide(held(["a", "b"]), { ...off, rules })).toMatchObject({ kind: "refused", code: "role_global_and_team" });
  });

  test("groups left out refuse the sign-in when a rule asks for a group, and only then", () => {
    const cut = { ...held(["a"]), groupsTruncated: true };
    const refused = decide(cut, { ...off, rules: [role("a", "observer"), group("g", "observer")] });
    expect(refused).toMatchObject({ kind: "refused", code: "groups_left_out" });
    expect(refused.kind === "refused" && refused.reason).toContain("app roles");
    expect(decide(cut, { ...off, rules: [role("a", "observer")] })).toEqual(everywhere("observer", "rules"));
    expect(decide(cut, off)).toEqual({ kind: "unchanged" });
  });

  test("somebody whom no rule names falls back to the default role, also when they held more before", () => {
    const rules = [role("a", "admin")];
    expect(decide(nothing, { ...off, rules, defaultRole: "observer" }, true)).toEqual(everywhere("observer", "default"));
    expect(decide(nothing, { ...off, rules, defaultRole: "none" }, true)).toEqual(everywhere("none", "default"));
  });

  test("whatever people hold: admin only by a rule that matches, never gitops, never both kinds, and the same in any order", () => {
    const aRule = fc.record({
      source: fc.constantFrom("app_role" as const, "group" as const),
      value: fc.constantFrom("a", "b", "c"),
      role: fc.constantFrom(...ssoRoles),
      teamId: fc.constantFrom(null, 1, 2),
    });
    const some = fc.subarray(["a", "b", "c", "d"]);
    fc.assert(
      fc.property(fc.array(aRule, { minLength: 1, maxLength: 6 }), some, some, fc.boolean(), (rules, appRoles, groups, known) => {
        const claims = { ...nothing, appRoles, groups };
        const matching = rules.filter(({ source, value }) => (source === "group" ? groups : appRoles).includes(value));
        const decision = decide(claims, { ...off, rules }, known);
        expect(decide(claims, { ...off, rules: rules.toReversed() }, known).kind).toBe(decision.kind);
        if (decision.kind === "refused") {
          expect(matching.some(({ teamId }) => teamId === null) && matching.some(({ teamId }) => teamId !== null)).toBe(true);
          return;
        }
        expect(decide(claims, { ...off, rules: rules.toReversed() }, known)).toEqual(decision);
        if (decision.kind !== "roles") throw new Error("Rules always speak.");
        expect(decision.globalRole === "none" || decision.teamRoles.length === 0).toBe(true);
        for (const given of [{ teamId: null, role: decision.globalRole }, ...decision.teamRoles]) {
          if (given.role === "none") continue;
          expect(matching).toContainEqual(expect.objectContaining(given));
          // Nothing stronger was left lying for the same place.
          const best = matching.filter(({ teamId }) => teamId === given.teamId).every((rule) => !isStronger(rule.role, given.role as RoleRule["role"]));
          expect(best).toBe(true);
        }
      }),
    );
  });
});

describe("neither attributes nor rules", () => {
  test("leave a known user as they are", () => {
    expect(decide(nothing, on, true)).toEqual({ kind: "unchanged" });
    expect(decide(nothing, { ...on, defaultRole: "observer" }, true)).toEqual({ kind: "unchanged" });
  });
  test("give a new user the default role", () => {
    expect(decide(nothing, on, false)).toEqual(everywhere("none", "default"));
    expect(decide(nothing, { ...on, defaultRole: "observer" }, false)).toEqual(everywhere("observer", "default"));
  });
});
