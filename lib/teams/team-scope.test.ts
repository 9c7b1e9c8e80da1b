import { beforeAll, describe, expect, test } from "vitest";
import type { Context, TeamRole } from "../context";
import { ForbiddenError, NotFoundError } from "../errors";
import { enrolledHost, makeConnection, makeTeam } from "../testing/scenarios";
import { testServerContext, testTeamUserContext, testUserContext } from "../testing/test-context";
import { createTeam } from "./create-team";
import { deleteTeam } from "./delete-team";
import { getOrganisationConfig } from "./get-organisation-config";
import { getTeam } from "./get-team";
import { listEnrollSecrets } from "./list-enroll-secrets";
import { listTeamNames } from "./list-team-names";
import { listTeams } from "./list-teams";
import { replaceEnrollSecrets } from "./replace-enroll-secrets";
import { switchConditionalAccess } from "./switch-conditional-access";
import { updateOrganisationConfig } from "./update-organisation-config";
import { updateTeam } from "./update-team";

let server: Context;
let own: number;
let other: number;
const as = (role: TeamRole) => testTeamUserContext([{ teamId: own, role }]);

beforeAll(async () => {
  server = testServerContext();
  own = (await makeTeam(server, { name: "Own", conditionalAccess: false })).teamId;
  other = (await makeTeam(server, { name: "Other", conditionalAccess: false })).teamId;
  await enrolledHost(server, { teamId: own });
  await enrolledHost(server, { teamId: other });
  await enrolledHost(server, { teamId: other });
});

test("a list of teams holds the caller's own, in pages of them, and never No team", async () => {
  const observer = await as("observer");
  expect((await listTeams(observer)).map(({ name }) => name)).toEqual(["Own"]);
  expect(await listTeamNames(observer, { withNoTeam: true })).toEqual([{ id: own, name: "Own" }]);
  expect(await listTeams(observer, { query: "other" })).toEqual([]);
  const both = await testTeamUserContext([
    { teamId: own, role: "gitops" },
    { teamId: other, role: "observer" },
  ]);
  expect((await listTeams(both, { page: 1, perPage: 1 })).map(({ name }) => name)).toEqual(["Own"]);
  const all = await testUserContext("observer");
  expect((await listTeams(all)).map(({ id }) => id)).not.toContain(0);
  expect((await listTeamNames(all)).map(({ id }) => id)).not.toContain(0);
  expect((await listTeamNames(all, { withNoTeam: true })).at(-1)?.id).toBe(0);
});

test("a team counts the hosts it has and the users who have a role on it", async () => {
  const { teamId } = await makeTeam(server, { name: "Counted" });
  await enrolledHost(server, { teamId });
  await testTeamUserContext([{ teamId, role: "admin" }]);
  await testTeamUserContext([
    { teamId, role: "observer" },
    { teamId: other, role: "admin" },
  ]);
  const admin = await testUserContext("admin");
  expect(await getTeam(admin, teamId)).toMatchObject({ hostCount: 1, userCount: 2 });
  expect((await listTeams(admin, { query: "Counted" }))[0]).toMatchObject({ hostCount: 1, userCount: 2 });
});

describe("another team, and No team, is answered like one that doesn't exist", () => {
  test.each<[string, (ctx: Context, teamId: number) => Promise<unknown>]>([
    ["reading it", (ctx, id) => getTeam(ctx, id)],
    ["changing it", (ctx, id) => updateTeam(ctx, id, { description: "taken" })],
    ["switching its gating", (ctx, id) => switchConditionalAccess(ctx, { teamId: id, enabled: true })],
    ["reading its enroll secrets", (ctx, id) => listEnrollSecrets(ctx, id)],
    ["replacing its enroll secrets", (ctx, id) => replaceEnrollSecrets(ctx, id, ["taken"])],
  ])("%s", async (_what, act) => {
    const admin = await as("admin");
    for (const id of [other, 0, 987_654]) {
      const error = await act(admin, id).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ code: "team_not_found", message: `Team ${id} was not found.` });
    }
  });
});

test("a team's admin changes the team, its secrets and its gating; others only what their role holds", async () => {
  const admin = await as("admin");
  await makeConnection(server, { isDefault: true });
  expect(await updateTeam(admin, own, { description: "ours", conditionalAccessEnabled: true })).toMatchObject({
    description: "ours",
    conditionalAccessEnabled: true,
  });
  expect((await replaceEnrollSecrets(admin, own, ["of-our-own"])).map(({ secret }) => secret)).toEqual(["of-our-own"]);
  expect(await listEnrollSecrets(await as("maintainer"), own)).toHaveLength(1);
  await expect(updateTeam(await as("maintainer"), own, { description: "no" })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(switchConditionalAccess(await as("maintainer"), { teamId: own, enabled: false })).rejects.toBeInstanceOf(ForbiddenError);
  expect(await switchConditionalAccess(await as("gitops"), { teamId: own, enabled: false })).toMatchObject({ conditionalAccessEnabled: false });
  await expect(listEnrollSecrets(await as("observer_plus"), own)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(listEnrollSecrets(await as("gitops"), own)).rejects.toBeInstanceOf(ForbiddenError);
});

test("which tenant a team reports to is for the organisation to say", async () => {
  const { connectionId } = await makeConnection(server);
  await expect(updateTeam(await as("admin"), own, { connectionId })).rejects.toBeInstanceOf(ForbiddenError);
  expect(await updateTeam(await testUserContext("gitops"), own, { connectionId })).toMatchObject({ connectionId });
  expect(await updateTeam(await as("admin"), own, { connectionId, description: "as before" })).toMatchObject({ description: "as before" });
});

test("teams are made and deleted with a global role alone, and so are the secrets for all teams", async () => {
  const admin = await as("admin");
  await expect(createTeam(admin, { name: "Mine too" })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(deleteTeam(admin, own)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(deleteTeam(admin, other)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(listEnrollSecrets(admin, null)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(replaceEnrollSecrets(admin, null, [])).rejects.toBeInstanceOf(ForbiddenError);
});

test.each<TeamRole>(["admin", "maintainer", "technician", "observer_plus", "observer", "gitops"])(
  "the configuration is read with %s on a team: no mail, no sign-in, no agent options, and only own hosts counted",
  async (role) => {
    const config = await getOrganisationConfig(await as(role));
    expect(config).toHaveProperty("org_info.org_name");
    for (const part of ["smtp_settings", "sso_settings", "agent_options"]) expect(config).not.toHaveProperty(part);
    expect(config).toHaveProperty("license.device_count", 1);
    await expect(updateOrganisationConfig(await as(role), { org_info: { org_name: "Ours" } })).rejects.toBeInstanceOf(ForbiddenError);
  },
);
