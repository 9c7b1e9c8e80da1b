import pg from "pg";
import { expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { env } from "@/lib/env";
import { ForbiddenError, InvalidInputError, NotFoundError } from "@/lib/errors";
import type { Job } from "@/lib/jobs/define-job";
import { runJobs } from "@/lib/testing/run-jobs";
import { enrolledHost, makeTeam, makeVerdict } from "@/lib/testing/scenarios";
import { testClock, testServerContext, testUserContext } from "@/lib/testing/test-context";
import { deleteHosts } from "./delete-hosts";
import { deleteWaitingHosts } from "./delete-waiting-hosts.job";
import { moveWaitingHosts } from "./move-waiting-hosts.job";
import { refetchHosts } from "./refetch-hosts";
import { transferHosts } from "./transfer-hosts";

async function waitingJobs(ctx: Context): Promise<{ task: string; payload: Record<string, unknown> }[]> {
  return ctx.db.$queryRawUnsafe(
    `select t.identifier as task, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id order by j.id`,
  );
}

test("asking again marks the host and tells every instance", async () => {
  const ctx = await testUserContext("observer");
  const host = await enrolledHost(ctx);
  const listener = new pg.Client({ connectionString: env().DATABASE_URL });
  await listener.connect();
  const heard = new Promise<string | undefined>((resolve) => {
    listener.on("notification", ({ payload }) => resolve(payload));
  });
  await listener.query("listen flotilla_host_changed");
  expect(await refetchHosts(ctx, { hostIds: [host.hostId] })).toBe(1);
  expect(await heard).toBe(String(host.hostId));
  await listener.end();
  const row = await ctx.db.host.findUniqueOrThrow({ where: { id: host.hostId } });
  expect(row.refetchRequestedAt).toEqual(ctx.now());
});

test("moving hosts asks for new verdicts and leaves one activity; hosts that were there already don't count", async () => {
  const ctx = await testUserContext("maintainer");
  const [from, to] = [await makeTeam(ctx), await makeTeam(ctx, { conditionalAccess: false })];
  const [moves, stays] = [await enrolledHost(ctx, { teamId: from.teamId }), await enrolledHost(ctx, { teamId: to.teamId })];
  expect(await transferHosts(ctx, { hostIds: [moves.hostId, stays.hostId] }, to.teamId)).toBe(1);
  expect((await ctx.db.host.findUniqueOrThrow({ where: { id: moves.hostId } })).teamId).toBe(to.teamId);
  expect(await waitingJobs(ctx)).toContainEqual({
    task: "compliance.reassess_hosts",
    payload: expect.objectContaining({ scope: { hostIds: [moves.hostId] }, cause: "host_transferred" }),
  });
  const activities = await ctx.db.activity.findMany({ where: { type: "transferred_hosts" } });
  expect(activities).toHaveLength(1);
  expect(activities[0]).toMatchObject({ teamId: to.teamId, hostId: moves.hostId, actorEmail: ctx.actor.kind === "user" ? ctx.actor.email : "" });
});

test("moving by filter moves the hosts of the filter and no other", async () => {
  const ctx = await testUserContext("admin");
  const [from, to] = [await makeTeam(ctx), await makeTeam(ctx)];
  const [moves, stays] = [
    await enrolledHost(ctx, { teamId: from.teamId, name: "filter-moves" }),
    await enrolledHost(ctx, { teamId: from.teamId, name: "other" }),
  ];
  expect(await transferHosts(ctx, { filter: { teamId: from.teamId, query: "filter-m" } }, to.teamId)).toBe(1);
  const rows = await ctx.db.host.findMany({ where: { id: { in: [moves.hostId, stays.hostId] } }, orderBy: { id: "asc" } });
  expect(rows.map(({ teamId }) => teamId)).toEqual([to.teamId, from.teamId]);
});

test("moving to a team that doesn't exist, or hosts that don't, changes nothing", async () => {
  const ctx = await testUserContext("admin");
  const host = await enrolledHost(ctx);
  await expect(transferHosts(ctx, { hostIds: [host.hostId] }, 99_999)).rejects.toSatisfy(
    (error) => error instanceof InvalidInputError && error.fields[0]?.field === "team_id",
  );
  await expect(transferHosts(ctx, { hostIds: [host.hostId, 99_999] }, 0)).rejects.toBeInstanceOf(NotFoundError);
});

test("deleting a host has Entra told, keeps its transitions and leaves an activity", async () => {
  const ctx = await testUserContext("maintainer");
  const host = await enrolledHost(ctx, { name: "leaves" });
  await makeVerdict(ctx, { hostId: host.hostId, accessState: "in" });
  expect(await deleteHosts(ctx, { hostIds: [host.hostId] })).toBe(1);
  expect(await ctx.db.host.findUnique({ where: { id: host.hostId } })).toBeNull();
  expect(await ctx.db.accessTransition.count({ where: { hostId: host.hostId } })).toBe(1);
  expect(await waitingJobs(ctx)).toContainEqual({
    task: "compliance.retract_deleted_hosts",
    payload: { hosts: [{ hostId: host.hostId, hostName: "leaves" }] },
  });
  expect(await ctx.db.activity.findFirst({ where: { type: "deleted_host", hostId: host.hostId } })).toMatchObject({
    details: { host_id: host.hostId, host_display_name: "leaves", host_serial: host.hardwareSerial },
  });
  await expect(deleteHosts(ctx, { hostIds: [host.hostId] })).rejects.toBeInstanceOf(NotFoundError);
});

test("who may only read can neither move nor delete, and learns nothing about hosts that don't exist", async () => {
  const ctx = await testUserContext("observer");
  const host = await enrolledHost(ctx);
  for (const hostId of [host.hostId, 99_999]) {
    await expect(transferHosts(ctx, { hostIds: [hostId] }, 0)).rejects.toBeInstanceOf(ForbiddenError);
    await expect(deleteHosts(ctx, { hostIds: [hostId] })).rejects.toBeInstanceOf(ForbiddenError);
  }
  expect(await ctx.db.host.count({ where: { id: host.hostId } })).toBe(1);
});

/** Hosts of a team, made by SQL; answers their ids. */
async function manyHosts(ctx: Context, teamId: number, count: number, name: string): Promise<number[]> {
  const rows = await ctx.db.$queryRawUnsafe<{ id: number }[]>(
    `insert into hosts (team_id, hostname, osquery_host_id) select $1::int, $3::text || '-' || n, $3::text || '-' || n from generate_series(1, $2::int) as n returning id`,
    teamId,
    count,
    name,
  );
  return rows.map(({ id }) => id);
}

const countIn = (ctx: Context, teamId: number) => ctx.db.host.count({ where: { teamId } });
const work = (job: Job) => runJobs({ clock: testClock(), jobs: [job] });

test("more than 500 hosts are moved behind the answer, in slices, with one activity, and no row of theirs is held meanwhile", async () => {
  const ctx = await testUserContext("admin");
  const [from, to] = [await makeTeam(ctx), await makeTeam(ctx)];
  const hostIds = await manyHosts(ctx, from.teamId, 501, "moves");
  const other = new pg.Client({ connectionString: env().DATABASE_URL });
  await other.connect();
  await other.query("begin");
  await other.query("select id from hosts where id = any($1) for update", [hostIds]);
  expect(await transferHosts(ctx, { hostIds }, to.teamId)).toBe(501);
  await other.query("rollback");
  await other.end();
  expect(await countIn(ctx, from.teamId)).toBe(501);
  await moveWaitingHosts.run(testServerContext(), {});
  expect(await countIn(ctx, to.teamId)).toBe(200);
  await work(moveWaitingHosts as Job);
  expect(await countIn(ctx, to.teamId)).toBe(501);
  const activities = await ctx.db.activity.findMany({ where: { type: "transferred_hosts", teamId: to.teamId } });
  expect(activities.map(({ details }) => (details as { host_ids: number[] }).host_ids.length)).toEqual([501]);
  expect(await ctx.db.hostMove.count()).toBe(0);
});

test("of two moves of a host the later holds, whether it waits or was done at once", async () => {
  const ctx = await testUserContext("admin");
  const [from, first, second] = [await makeTeam(ctx), await makeTeam(ctx), await makeTeam(ctx)];
  const hostIds = await manyHosts(ctx, from.teamId, 600, "twice");
  await transferHosts(ctx, { hostIds }, first.teamId);
  await transferHosts(ctx, { hostIds }, second.teamId);
  // One is moved at once, one is to stay where it still is.
  await transferHosts(ctx, { hostIds: hostIds.slice(0, 1) }, first.teamId);
  await transferHosts(ctx, { hostIds: hostIds.slice(1, 2) }, from.teamId);
  await work(moveWaitingHosts as Job);
  expect([await countIn(ctx, from.teamId), await countIn(ctx, first.teamId), await countIn(ctx, second.teamId)]).toEqual([1, 1, 598]);
});

test("hosts that shall move to a team that is deleted meanwhile stay where they are", async () => {
  const ctx = await testUserContext("admin");
  const [from, to] = [await makeTeam(ctx), await makeTeam(ctx)];
  const hostIds = await manyHosts(ctx, from.teamId, 501, "no-way");
  await transferHosts(ctx, { hostIds }, to.teamId);
  await ctx.db.team.delete({ where: { id: to.teamId } });
  await work(moveWaitingHosts as Job);
  expect(await countIn(ctx, from.teamId)).toBe(501);
  expect(await ctx.db.hostMove.count()).toBe(0);
});

test("more than 500 hosts are deleted behind the answer, each as the deed of who asked; a part that is done twice says it once", async () => {
  const ctx = await testUserContext("admin");
  const { teamId } = await makeTeam(ctx);
  const hostIds = await manyHosts(ctx, teamId, 520, "goes");
  expect(await deleteHosts(ctx, { hostIds })).toBe(520);
  expect(await countIn(ctx, teamId)).toBe(520);
  await deleteWaitingHosts.run(testServerContext(), { hostIds: hostIds.slice(0, 50), asker: null });
  expect(await countIn(ctx, teamId)).toBe(470);
  await work(deleteWaitingHosts as Job);
  expect(await countIn(ctx, teamId)).toBe(0);
  const deeds = await ctx.db.activity.findMany({ where: { type: "deleted_host", teamId } });
  expect(deeds).toHaveLength(520);
  expect(deeds.filter(({ actorEmail }) => ctx.actor.kind === "user" && actorEmail === ctx.actor.email)).toHaveLength(470);
});
