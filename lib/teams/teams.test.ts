import { expect, test } from "vitest";
import type { Context } from "../context";
import { dryRun } from "../db/dry-run";
import { statement } from "../db/sql";
import { hashToken } from "../secret-box";
import { transferHosts } from "../hosts/transfer-hosts";
import { testServerContext, testUserContext } from "../testing/test-context";
import { createTeam } from "./create-team";
import { deleteTeam } from "./delete-team";
import { emptyDeletedTeamJob, resumeTeamEmptying } from "./empty-deleted-team.job";
import { getTeam } from "./get-team";
import { listEnrollSecrets } from "./list-enroll-secrets";
import { listTeams } from "./list-teams";
import { replaceEnrollSecrets } from "./replace-enroll-secrets";
import { switchConditionalAccess } from "./switch-conditional-access";
import { updateTeam } from "./update-team";

async function latestJobs(ctx: Context): Promise<{ name: string; payload: Record<string, unknown> }[]> {
  return ctx.sql.rows(
    statement(
      "test.jobs",
      "select t.identifier as name, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id order by j.id desc limit 6",
    ),
  );
}

async function lastActivity(ctx: Context) {
  return ctx.db.activity.findFirstOrThrow({ orderBy: { id: "desc" } });
}

let names = 0;
function freshName(): string {
  names += 1;
  return `Team ${names}`;
}

async function connect(ctx: Context, state = "connected"): Promise<number> {
  const { id } = await ctx.db.entraConnection.create({ data: { provider: "audit_only", cloud: "global", tenantId: "7c22", state } });
  return id;
}

test("a new team gets one enroll secret of its own, stored sealed, and leaves an activity", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: "  Straße Ünïcode 🚀  " });
  expect(team).toMatchObject({ name: "Straße Ünïcode 🚀", conditionalAccessEnabled: false });
  const secrets = await listEnrollSecrets(ctx, team.id);
  expect(secrets).toHaveLength(1);
  const stored = await ctx.db.enrollSecret.findMany({ where: { teamId: team.id } });
  expect(stored[0]?.secretHash).toBe(hashToken(secrets[0]?.secret ?? ""));
  expect(stored[0]?.secretCiphertext).not.toContain(secrets[0]?.secret);
  expect(await lastActivity(ctx)).toMatchObject({
    type: "created_team",
    actorEmail: (ctx.actor as { email: string }).email,
    details: { team_id: team.id, team_name: team.name },
  });
});

test.each(["No team", "all teams", "Unassigned", "   ", "x".repeat(256)])("a team can't be named %j", async (name) => {
  await expect(createTeam(await testUserContext("admin"), { name })).rejects.toMatchObject({
    code: "team_name_invalid",
    status: 422,
    fields: [{ field: "name" }],
  });
});

test("team names are unique whatever their case", async () => {
  const ctx = await testUserContext("admin");
  const name = freshName();
  await createTeam(ctx, { name });
  await expect(createTeam(ctx, { name: name.toUpperCase() })).rejects.toMatchObject({ code: "team_name_taken", status: 409, fields: [{ field: "name" }] });
});

test.each(["observer", "maintainer", "technician"] as const)("a user with the role %s reads teams and may not change them", async (role) => {
  const ctx = await testUserContext(role);
  const team = await createTeam(testServerContext(), { name: freshName() });
  expect((await getTeam(ctx, team.id)).name).toBe(team.name);
  await expect(createTeam(ctx, { name: freshName() })).rejects.toMatchObject({ code: "permission_denied" });
  await expect(updateTeam(ctx, team.id, { name: "x" })).rejects.toMatchObject({ code: "permission_denied" });
  await expect(deleteTeam(ctx, team.id)).rejects.toMatchObject({ code: "permission_denied" });
  await expect(switchConditionalAccess(ctx, { teamId: team.id, enabled: true })).rejects.toMatchObject({ code: "permission_denied" });
});

test("observers don't read enroll secrets, maintainers do", async () => {
  await expect(listEnrollSecrets(await testUserContext("observer"), null)).rejects.toMatchObject({ code: "permission_denied" });
  expect(await listEnrollSecrets(await testUserContext("maintainer"), null)).toEqual([]);
});

test("teams are listed by name, found by a part of it, in pages, without No team", async () => {
  const ctx = await testUserContext("observer");
  for (const name of ["Zebra list", "Apple list", "Mango list"]) await createTeam(testServerContext(), { name });
  const listed = await listTeams(ctx, { query: " LIST " });
  expect(listed.map((team) => team.name)).toEqual(["Apple list", "Mango list", "Zebra list"]);
  expect((await listTeams(ctx, { query: "list", page: 1, perPage: 2 })).map((team) => team.name)).toEqual(["Zebra list"]);
  expect((await listTeams(ctx)).some((team) => team.id === 0)).toBe(false);
});

/** Hosts by SQL, all of one name. */
async function fillTeam(ctx: Context, teamId: number, hostname: string, hosts: number): Promise<void> {
  await ctx.db.$executeRawUnsafe(
    `insert into hosts (team_id, hostname, osquery_host_id) select $1::int, $2::text, $2::text || '-' || n from generate_series(1, $3::int) as n`,
    teamId,
    hostname,
    hosts,
  );
}

test("a deleted team's hosts fall to No team and are judged again; its policies, labels and secrets go", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: freshName() });
  const host = await ctx.db.host.create({ data: { hostname: "vega", teamId: team.id } });
  await ctx.db.policy.create({ data: { name: "p", query: "select 1", teamId: team.id } });
  await deleteTeam(ctx, team.id);
  expect((await ctx.db.host.findUniqueOrThrow({ where: { id: host.id } })).teamId).toBe(0);
  expect(await ctx.db.policy.count({ where: { teamId: team.id } })).toBe(0);
  expect(await ctx.db.enrollSecret.count({ where: { teamId: team.id } })).toBe(0);
  const jobs = await latestJobs(ctx);
  expect(jobs.find(({ name }) => name === "compliance.reassess_hosts")).toMatchObject({
    payload: { scope: { hostIds: [host.id] }, cause: "host_transferred" },
  });
  expect(jobs.map(({ name }) => name)).toEqual(expect.arrayContaining(["policies.remove_orphan_results", "labels.remove_orphan_memberships"]));
  expect(await lastActivity(ctx)).toMatchObject({ type: "deleted_team", details: { team_name: team.name, hosts: 1 } });
  await expect(getTeam(ctx, team.id)).rejects.toMatchObject({ code: "team_not_found", status: 404 });
});

test("of a large team 500 hosts fall with the answer and the others behind it; meanwhile nobody finds the team, joins it or misses its name", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: freshName() });
  await fillTeam(ctx, team.id, "many", 750);
  const elsewhere = await ctx.db.host.create({ data: { hostname: "deneb" } });
  await ctx.db.hostMove.create({ data: { hostId: elsewhere.id, teamId: team.id, askedAt: new Date() } });
  await ctx.db.policy.create({ data: { name: "p", query: "select 1", teamId: team.id } });
  await deleteTeam(ctx, team.id);
  const left = () => ctx.db.host.count({ where: { teamId: team.id } });
  expect(await left()).toBe(250);
  expect(await lastActivity(ctx)).toMatchObject({ type: "deleted_team", details: { team_name: team.name, hosts: 750 } });
  expect(await latestJobs(ctx)).toContainEqual({ name: "teams.empty_deleted_team", payload: { teamId: team.id } });

  await expect(getTeam(ctx, team.id)).rejects.toMatchObject({ code: "team_not_found" });
  await expect(deleteTeam(ctx, team.id)).rejects.toMatchObject({ code: "team_not_found" });
  await expect(updateTeam(ctx, team.id, { description: "again" })).rejects.toMatchObject({ code: "team_not_found" });
  await expect(transferHosts(ctx, { hostIds: [elsewhere.id] }, team.id)).rejects.toMatchObject({ code: "team_not_found" });
  expect((await listTeams(ctx)).map(({ id }) => id)).not.toContain(team.id);
  expect(await ctx.db.policy.count({ where: { teamId: team.id } })).toBe(0);
  expect(await ctx.db.enrollSecret.count({ where: { teamId: team.id } })).toBe(0);
  expect(await ctx.db.hostMove.findUnique({ where: { hostId: elsewhere.id } })).toMatchObject({ teamId: 0 });
  const namesake = await createTeam(ctx, { name: team.name });

  const empty = () => emptyDeletedTeamJob.run(testServerContext(), { teamId: team.id });
  await empty();
  expect(await left()).toBe(50);
  expect((await latestJobs(ctx)).map(({ name }) => name)).toEqual(expect.arrayContaining(["teams.empty_deleted_team", "compliance.reassess_hosts"]));
  await empty();
  expect(await ctx.db.host.count({ where: { hostname: "many", teamId: 0 } })).toBe(750);
  expect(await ctx.db.team.findUnique({ where: { id: team.id } })).toBeNull();
  expect(await getTeam(ctx, namesake.id)).toMatchObject({ name: team.name, hostCount: 0 });
  // A job that is run twice finds nothing to do.
  await empty();
});

test("a deleted team whose emptying was given up, or whose job got lost, is taken up by the clock", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: freshName() });
  await fillTeam(ctx, team.id, "forgotten", 501);
  await deleteTeam(ctx, team.id);
  const waiting = () =>
    ctx.db.$queryRawUnsafe<{ attempts: number }[]>(`select attempts::int from graphile_worker.jobs where key = $1`, `teams.empty_deleted_team:${team.id}`);
  const setBack = `update graphile_worker._private_jobs set attempts = max_attempts where key = $1`;
  await ctx.db.$executeRawUnsafe(setBack, `teams.empty_deleted_team:${team.id}`);
  expect(await waiting()).toEqual([{ attempts: 25 }]);
  await resumeTeamEmptying.run(testServerContext(), {});
  expect(await waiting()).toEqual([{ attempts: 0 }]);

  await ctx.db.$executeRawUnsafe(`delete from graphile_worker._private_jobs where key = $1`, `teams.empty_deleted_team:${team.id}`);
  await resumeTeamEmptying.run(testServerContext(), {});
  expect(await waiting()).toEqual([{ attempts: 0 }]);
  await emptyDeletedTeamJob.run(testServerContext(), { teamId: team.id });
  await resumeTeamEmptying.run(testServerContext(), {});
  expect(await ctx.db.host.count({ where: { hostname: "forgotten", teamId: 0 } })).toBe(501);
  expect(await ctx.db.team.findUnique({ where: { id: team.id } })).toBeNull();
});

test("No team can't be deleted or renamed", async () => {
  const ctx = await testUserContext("admin");
  await expect(deleteTeam(ctx, 0)).rejects.toMatchObject({ code: "team_is_default" });
  await expect(updateTeam(ctx, 0, { name: "Everyone" })).rejects.toMatchObject({ code: "team_setting_invalid", fields: [{ field: "name" }] });
});

test("gating needs a connection, then looks at every verdict of the team again", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: freshName() });
  await expect(switchConditionalAccess(ctx, { teamId: team.id, enabled: true })).rejects.toMatchObject({ code: "not_connected", status: 422 });
  const connectionId = await connect(ctx, "awaiting_consent");
  await updateTeam(ctx, team.id, { connectionId });
  await expect(updateTeam(ctx, team.id, { conditionalAccessEnabled: true })).rejects.toMatchObject({ code: "not_connected" });
  await ctx.db.entraConnection.update({ where: { id: connectionId }, data: { state: "connected" } });

  const on = await updateTeam(ctx, team.id, { conditionalAccessEnabled: true });
  expect(on).toMatchObject({ conditionalAccessEnabled: true, conditionalAccessSince: ctx.now() });
  expect((await latestJobs(ctx))[0]).toMatchObject({ name: "compliance.reassess_hosts", payload: { scope: { teamId: team.id }, cause: "team_switched" } });
  expect(await lastActivity(ctx)).toMatchObject({ type: "enabled_conditional_access_automations", details: { team_id: team.id, team_name: team.name } });

  const activities = await ctx.db.activity.count();
  await switchConditionalAccess(ctx, { teamId: team.id, enabled: true });
  expect(await ctx.db.activity.count(), "setting what holds changes nothing").toBe(activities);

  const off = await switchConditionalAccess(ctx, { teamId: team.id, enabled: false, onDisable: "release" });
  expect(off).toMatchObject({ conditionalAccessEnabled: false, conditionalAccessSince: null, onDisable: "release" });
  const jobs = await latestJobs(ctx);
  expect(jobs.find((job) => job.name === "compliance.apply_team_switch")?.payload).toMatchObject({ teamId: team.id, onDisable: "release" });
  expect(await lastActivity(ctx)).toMatchObject({ type: "disabled_conditional_access_automations", details: { on_disable: "release" } });
});

test("a team's rules about MDM, staleness and watching only move verdicts; its description doesn't", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: freshName() });
  const before = (await latestJobs(ctx)).length;
  await updateTeam(ctx, team.id, { description: "people who build" });
  expect((await latestJobs(ctx)).length).toBe(before);
  await updateTeam(ctx, team.id, { requireMdm: "not_required", staleAfterSeconds: 0 });
  expect((await latestJobs(ctx))[0]).toMatchObject({ payload: { scope: { teamId: team.id }, cause: "team_switched" } });
  expect(await lastActivity(ctx)).toMatchObject({ type: "edited_team", details: { changed: { requireMdm: { from: "any", to: "not_required" } } } });
  await expect(updateTeam(ctx, team.id, { unknownGraceSeconds: -1 })).rejects.toMatchObject({
    code: "team_setting_invalid",
    fields: [{ field: "unknownGraceSeconds" }],
  });
});

test("replacing enroll secrets keeps the dates of those that stay", async () => {
  const ctx = await testUserContext("maintainer");
  const team = await createTeam(testServerContext(), { name: freshName(), secrets: ["stay", "go"] });
  const dates = new Map((await listEnrollSecrets(ctx, team.id)).map((row) => [row.secret, row.createdAt.getTime()]));
  const after = await replaceEnrollSecrets(ctx, team.id, ["new", "stay"]);
  expect(after.map((row) => row.secret).toSorted()).toEqual(["new", "stay"]);
  expect(after.find((row) => row.secret === "stay")?.createdAt.getTime()).toBe(dates.get("stay"));
  const activity = await lastActivity(ctx);
  expect(activity.type).toBe("edited_enroll_secrets");
  expect(JSON.stringify(activity.details)).not.toContain("stay");
});

test.each([
  ["blank", ["  "]],
  ["twice the same", ["a", "a"]],
  ["51 of them", Array.from({ length: 51 }, (_, index) => `s${index}`)],
])("enroll secrets that are %s are refused", async (_name, secrets) => {
  await expect(replaceEnrollSecrets(await testUserContext("admin"), null, secrets)).rejects.toMatchObject({ code: "enroll_secret_invalid", status: 422 });
});

test("a secret admits to one team only, and a refused list changes nothing", async () => {
  const ctx = await testUserContext("admin");
  const team = await createTeam(ctx, { name: freshName(), secrets: ["taken by a team"] });
  await replaceEnrollSecrets(ctx, null, ["global one"]);
  await expect(replaceEnrollSecrets(ctx, 0, ["taken by a team"])).rejects.toMatchObject({ code: "enroll_secret_in_use", status: 409 });
  expect((await listEnrollSecrets(ctx, null)).map((row) => row.secret)).toEqual(["global one"]);
  expect((await listEnrollSecrets(ctx, team.id)).map((row) => row.secret)).toEqual(["taken by a team"]);
});

test("a dry run answers as the change would and keeps nothing", async () => {
  const ctx = await testUserContext("admin");
  const name = freshName();
  expect((await dryRun(ctx, (tx) => createTeam(tx, { name }))).name).toBe(name);
  expect(await listTeams(ctx, { query: name })).toEqual([]);
  await expect(dryRun(ctx, (tx) => createTeam(tx, { name: "No team" }))).rejects.toMatchObject({ code: "team_name_invalid" });
});
