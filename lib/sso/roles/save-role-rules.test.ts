import { beforeEach, describe, expect, test } from "vitest";
import type { Role } from "../../context";
import { getPrisma } from "../../db/prisma";
import { FlotillaError } from "../../errors";
import { testTeamUserContext, testUserContext } from "../../testing/test-context";
import { listRoleRules } from "./list-role-rules";
import type { RoleRule } from "./role-rule";
import { saveRoleRules } from "./save-role-rules";

let directoryId: number;
let teamId: number;

beforeEach(async () => {
  const db = getPrisma();
  await db.ssoRoleRule.deleteMany();
  await db.ssoDirectory.deleteMany();
  await db.activity.deleteMany();
  directoryId = (await db.ssoDirectory.create({ data: { slug: "one", name: "Aldergate", tenantId: "t", clientId: "c", secretCiphertext: "s" } })).id;
  teamId = (await db.team.create({ data: { name: `Sales ${Math.random()}` } })).id;
});

const rule = (value: string, role: RoleRule["role"], team: number | null = null, source: RoleRule["source"] = "app_role"): RoleRule => ({
  source,
  value,
  role,
  teamId: team,
});
const form = (rules: RoleRule[], rest: { directoryId?: number | null; confirmAdmin?: boolean } = {}) => ({
  directoryId,
  confirmAdmin: false,
  ...rest,
  rules,
});
const changes = async () =>
  (await getPrisma().activity.findMany({ where: { type: "edited_sso_role_rules" }, orderBy: { id: "asc" } })).map(({ details }) => details);
async function problems(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FlotillaError)) throw new Error("Nothing was refused.", { cause: error });
  return { code: error.code, fields: error.fields.map(({ field }) => field) };
}

test("rules are kept per directory and for SAML, with before and after in one activity", async () => {
  const ctx = await testUserContext("admin");
  await saveRoleRules(ctx, form([rule("it", "maintainer"), rule("g", "observer", teamId, "group")]));
  await saveRoleRules(ctx, form([rule("it", "observer")], { directoryId: null }));
  await saveRoleRules(ctx, form([rule("it", "technician")]));
  expect(await listRoleRules(ctx, directoryId)).toEqual([rule("it", "technician")]);
  expect(await listRoleRules(ctx, null)).toEqual([rule("it", "observer")]);
  expect((await changes()).at(-1)).toMatchObject({
    directory_id: directoryId,
    directory_name: "Aldergate",
    changed: {
      rules: {
        from: ["app role it: maintainer everywhere", expect.stringMatching(/^group g: observer on Sales /)],
        to: ["app role it: technician everywhere"],
      },
    },
  });
});

test("saving the same rules again changes nothing and leaves no activity", async () => {
  const ctx = await testUserContext("admin");
  await saveRoleRules(ctx, form([rule("it", "observer")]));
  await saveRoleRules(ctx, form([rule("it", "observer")]));
  expect(await changes()).toHaveLength(1);
});

test("a new rule that makes global admins needs to be confirmed, an old one doesn't again", async () => {
  const ctx = await testUserContext("admin");
  expect(await problems(saveRoleRules(ctx, form([rule("it", "admin")])))).toEqual({ code: "admin_rule_unconfirmed", fields: ["confirmAdmin"] });
  expect(await listRoleRules(ctx, directoryId)).toEqual([]);
  await saveRoleRules(ctx, form([rule("it", "admin")], { confirmAdmin: true }));
  await saveRoleRules(ctx, form([rule("it", "admin"), rule("desk", "observer")]));
  await saveRoleRules(ctx, form([rule("it", "admin", teamId)]));
  expect((await problems(saveRoleRules(ctx, form([rule("it", "admin", teamId), rule("desk", "admin")])))).code).toBe("admin_rule_unconfirmed");
  expect((await problems(saveRoleRules(ctx, form([rule("it", "admin", null, "group")])))).code).toBe("admin_rule_unconfirmed");
});

describe("rules that can't be saved are named one by one", () => {
  test("teams that aren't there, and No team", async () => {
    const ctx = await testUserContext("admin");
    const wrong = form([rule("a", "observer", 0), rule("b", "observer"), rule("c", "observer", 999_999)]);
    expect(await problems(saveRoleRules(ctx, wrong))).toEqual({ code: "role_rules_invalid", fields: ["rules.0.teamId", "rules.2.teamId"] });
  });
  test("the same value twice in one place, and a value in both kinds of places; groups in any case", async () => {
    const ctx = await testUserContext("admin");
    const twice = form([rule("a", "observer"), rule("a", "technician")]);
    expect((await problems(saveRoleRules(ctx, twice))).fields).toEqual(["rules.1.value"]);
    const groups = form([rule("AB", "observer", null, "group"), rule("ab", "technician", null, "group")]);
    expect((await problems(saveRoleRules(ctx, groups))).fields).toEqual(["rules.1.value"]);
    const both = form([rule("a", "observer", teamId), rule("a", "observer")]);
    expect((await problems(saveRoleRules(ctx, both))).fields).toEqual(["rules.1.value"]);
    await saveRoleRules(ctx, form([rule("a", "observer"), rule("A", "technician"), rule("a", "observer", null, "group")]));
  });
  test("a directory that isn't there", async () => {
    const ctx = await testUserContext("admin");
    expect((await problems(saveRoleRules(ctx, form([], { directoryId: 999_999 })))).code).toBe("directory_not_found");
  });
});

test.each<Role>(["maintainer", "technician", "observer_plus", "observer", "gitops", "none"])("%s may not change them", async (role) => {
  expect((await problems(saveRoleRules(await testUserContext(role), form([])))).code).toBe("permission_denied");
});

test("an admin of a team may neither read nor change them", async () => {
  const ctx = await testTeamUserContext([{ teamId, role: "admin" }]);
  expect((await problems(saveRoleRules(ctx, form([])))).code).toBe("permission_denied");
  expect((await problems(listRoleRules(ctx, directoryId))).code).toBe("permission_denied");
});
