import { describe, expect, test } from "vitest";
import { userActor } from "./auth/user-actor";
import { authorizeFound, authorizeList, isAllowed, teamsAllowed } from "./authorize";
import type { Actor, Role, TeamRole } from "./context";
import { ForbiddenError, NotFoundError, UnauthenticatedError } from "./errors";

const own = 7;
const other = 8;

function person(globalRole: Role, teamRoles: { teamId: number; role: TeamRole }[] = []): { actor: Actor } {
  return { actor: userActor({ id: 1, name: "Ada", email: "ada@example.test", globalRole, teamRoles }, "192.0.2.1") };
}

const on = (role: TeamRole, teamId = own) => person("none", [{ teamId, role }]);

/** What authorizeFound makes of a thing: "found", or the class of what it throws. */
function outcome(ctx: { actor: Actor }, thing: { teamId: number | null } | null, permission: "policy:write" | "policy:read" | "host:delete" | "host:read") {
  const see = permission.startsWith("policy") ? ("policy:read" as const) : ("host:read" as const);
  try {
    authorizeFound(ctx, thing, { permission, see }, () => new NotFoundError("thing_not_found", "It was not found."));
    return "found";
  } catch (error) {
    if (error instanceof NotFoundError) return "missing";
    if (error instanceof ForbiddenError) return "forbidden";
    if (error instanceof UnauthenticatedError) return "not signed in";
    throw error;
  }
}

describe("one rule for missing and not yours", () => {
  test.each<
    [who: string, ctx: { actor: Actor }, permission: Parameters<typeof outcome>[2], answers: [inOwn: string, inOther: string, forAll: string, gone: string]]
  >([
    ["the server", { actor: { kind: "server" } }, "policy:write", ["found", "found", "found", "missing"]],
    ["nobody", { actor: { kind: "nobody" } }, "policy:read", ["not signed in", "not signed in", "not signed in", "not signed in"]],
    ["a user without a role", person("none"), "policy:read", ["forbidden", "forbidden", "forbidden", "forbidden"]],
    ["a global maintainer", person("maintainer"), "policy:write", ["found", "found", "found", "missing"]],
    ["a global observer", person("observer"), "policy:read", ["found", "found", "found", "missing"]],
    ["a global observer, to change", person("observer"), "policy:write", ["forbidden", "forbidden", "forbidden", "forbidden"]],
    ["a team's maintainer", on("maintainer"), "policy:write", ["found", "missing", "forbidden", "missing"]],
    ["a team's observer", on("observer"), "policy:read", ["found", "missing", "found", "missing"]],
    ["a team's observer, to change", on("observer"), "policy:write", ["forbidden", "forbidden", "forbidden", "forbidden"]],
    ["a team's GitOps, of a host", on("gitops"), "host:read", ["found", "missing", "missing", "missing"]],
    ["a team's GitOps, to delete a host", on("gitops"), "host:delete", ["forbidden", "forbidden", "forbidden", "forbidden"]],
    [
      "an observer here and maintainer there",
      person("none", [
        { teamId: own, role: "observer" },
        { teamId: other, role: "maintainer" },
      ]),
      "policy:write",
      ["forbidden", "found", "forbidden", "missing"],
    ],
  ])("%s, %#", (_who, ctx, permission, answers) => {
    const things = [{ teamId: own }, { teamId: other }, { teamId: null }, null];
    expect(things.map((thing) => outcome(ctx, thing, permission))).toEqual(answers);
  });

  test("what isn't there and what is another team's make the same error", () => {
    const errors = [null, { teamId: other }].map((thing) => {
      try {
        return authorizeFound(on("admin"), thing, { permission: "host:read" }, () => new NotFoundError("host_not_found", "Host 5 was not found."));
      } catch (error) {
        return error;
      }
    });
    expect(errors[0]).toEqual(errors[1]);
  });
});

describe("lists", () => {
  test("without a team a list holds every team, or those of the roles that may list", () => {
    const both = person("none", [
      { teamId: own, role: "observer" },
      { teamId: other, role: "gitops" },
    ]);
    expect(authorizeList(person("observer"), "host:list")).toBeNull();
    expect(authorizeList(both, "host:list")).toEqual([own]);
    expect(authorizeList(both, "host:read", null)).toEqual([own, other]);
    expect(() => authorizeList(on("gitops"), "host:list")).toThrow(ForbiddenError);
  });

  test("a team that is another's, and one that isn't there, are refused alike", () => {
    expect(authorizeList(on("observer"), "host:list", own)).toEqual([own]);
    expect(() => authorizeList(on("observer"), "host:list", other)).toThrow(ForbiddenError);
    expect(() => authorizeList(on("observer"), "host:list", 999_999)).toThrow(ForbiddenError);
  });
});

test("a role on a team never reaches No team, whatever the actor carries", () => {
  const forged = person("none", [{ teamId: 0, role: "admin" }]);
  expect(isAllowed(forged, "host:list", { teamId: 0 })).toBe(false);
  expect(teamsAllowed(forged, "host:list")).toEqual([]);
  expect(isAllowed(on("admin"), "host:list", { teamId: 0 })).toBe(false);
  expect(isAllowed(person("observer"), "host:list", { teamId: 0 })).toBe(true);
});
