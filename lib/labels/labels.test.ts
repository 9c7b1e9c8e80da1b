import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { statement } from "../db/sql";
import type { Job } from "../jobs/define-job";
import { createPolicy } from "../policies/create-policy";
import { runJobs } from "../testing/run-jobs";
import { enrolledHost, makeTeam } from "../testing/scenarios";
import { testClock, testServerContext, testUserContext } from "../testing/test-context";
import { changeHostLabels } from "./change-host-labels";
import { createLabel } from "./create-label";
import { deleteLabel } from "./delete-label";
import { getLabel } from "./get-label";
import { listLabels } from "./list-labels";
import { moveWaitingMembers } from "./move-waiting-members.job";
import { updateLabel } from "./update-label";

let ctx: Context;
let server: Context;
beforeAll(async () => {
  ctx = await testUserContext("maintainer");
  server = testServerContext();
});

let names = 0;
const freshName = () => `Label ${(names += 1)}`;
const lastActivity = () => ctx.db.activity.findFirstOrThrow({ orderBy: { id: "desc" } });

async function latestReassessment(): Promise<{ cause?: string; scope?: object } | undefined> {
  const jobs = await ctx.sql.rows<{ payload: { cause?: string; scope?: object } }>(
    statement(
      "test.latest_label_job",
      "select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'compliance.reassess_hosts' order by j.id desc limit 1",
    ),
  );
  return jobs[0]?.payload;
}

test("a label with a query is dynamic, one without is manual and holds the hosts named by id, serial, UUID or name", async () => {
  const dynamic = await createLabel(ctx, { name: freshName(), query: "SELECT 1 FROM apps;", platform: "darwin" });
  expect(dynamic).toMatchObject({ membershipType: "dynamic", labelType: "regular", platform: "darwin", enabled: true, hostCount: 0 });
  const hosts = [await enrolledHost(server), await enrolledHost(server), await enrolledHost(server), await enrolledHost(server)];
  const rows = await ctx.db.host.findMany({ where: { id: { in: hosts.map((host) => host.hostId) } }, orderBy: { id: "asc" } });
  const manual = await createLabel(ctx, {
    name: freshName(),
    hosts: [String(rows[0]!.id), rows[1]!.hardwareSerial, rows[2]!.hardwareUuid.toLowerCase(), rows[3]!.hostname],
  });
  expect(manual).toMatchObject({ membershipType: "manual", hostCount: 4 });
  expect(await lastActivity()).toMatchObject({ type: "created_label", details: { label_id: manual.id, label_name: manual.name } });
});

test.each([
  ["name", { name: "  " }],
  ["platform", { query: "SELECT 1;", platform: "amiga" }],
  ["hosts", { query: "SELECT 1;", hosts: ["x"] }],
  ["hosts", { hosts: ["no such host"] }],
  ["host_ids", { hostIds: [987_654] }],
])("a label with a bad %s is refused by that name", async (field, change) => {
  await expect(createLabel(ctx, { name: freshName(), ...change })).rejects.toMatchObject({ code: "label_invalid", status: 422, fields: [{ field }] });
});

test("label names are unique per scope, and a built-in one's is taken", async () => {
  const name = freshName();
  await createLabel(ctx, { name });
  await expect(createLabel(ctx, { name: name.toLowerCase() })).rejects.toMatchObject({ code: "label_name_taken", status: 409 });
  await expect(createLabel(ctx, { name: "all hosts" })).rejects.toMatchObject({ code: "label_name_taken" });
});

test("a built-in label can't be changed or deleted", async () => {
  const builtin = await getLabel(ctx, "macOS");
  await expect(updateLabel(ctx, builtin.id, { description: "x" })).rejects.toMatchObject({ code: "label_invalid", status: 422 });
  await expect(deleteLabel(ctx, "macOS")).rejects.toMatchObject({ code: "label_invalid" });
});

test("a label that narrows a policy stays, and can't be switched off under it", async () => {
  const label = await createLabel(ctx, { name: freshName(), query: "SELECT 1;" });
  const policy = await createPolicy(ctx, { teamId: null, name: freshName(), query: "SELECT 1;", labels: { include_any: [label.name] } });
  expect((await getLabel(ctx, label.id)).policies).toEqual([{ id: policy.id, name: policy.name }]);
  await expect(deleteLabel(ctx, label.id)).rejects.toMatchObject({ code: "label_in_use", status: 409 });
  await expect(updateLabel(ctx, label.id, { enabled: false })).rejects.toMatchObject({ code: "label_in_use" });
  const free = await createLabel(ctx, { name: freshName(), query: "SELECT 1;" });
  await deleteLabel(ctx, free.name);
  expect(await lastActivity()).toMatchObject({ type: "deleted_label", details: { label_name: free.name } });
  await expect(getLabel(ctx, free.id)).rejects.toMatchObject({ code: "label_not_found", status: 404 });
});

test("moving hosts in or out of a label that narrows a policy has them judged again", async () => {
  const [a, b] = [await enrolledHost(server), await enrolledHost(server)];
  const label = await createLabel(ctx, { name: freshName(), hostIds: [a.hostId] });
  await createPolicy(ctx, { teamId: null, name: freshName(), query: "SELECT 1;", labels: { exclude_any: [label.name] } });
  expect((await updateLabel(ctx, label.id, { hostIds: [b.hostId] })).hostCount).toBe(1);
  expect(await latestReassessment()).toMatchObject({ cause: "label_changed", scope: { hostIds: [b.hostId, a.hostId] } });
  expect(await lastActivity()).toMatchObject({ type: "edited_label", details: { changed: ["hosts"] } });
  await changeHostLabels(ctx, b.hostId, "remove", [label.name]);
  expect(await latestReassessment()).toMatchObject({ cause: "label_changed", scope: { hostIds: [b.hostId] } });
  expect((await getLabel(ctx, label.id)).hostCount).toBe(0);
});

test("only manual labels that the host's team can use are set on a host", async () => {
  const host = await enrolledHost(server);
  const { teamId } = await makeTeam(server);
  const foreign = await createLabel(ctx, { name: freshName(), teamId });
  await expect(changeHostLabels(ctx, host.hostId, "add", ["macOS"])).rejects.toMatchObject({ code: "label_invalid", fields: [{ field: "labels" }] });
  await expect(changeHostLabels(ctx, host.hostId, "add", [foreign.name])).rejects.toMatchObject({ code: "label_invalid" });
});

test("a label is listed for all, for its team, and not for another team", async () => {
  const [a, b] = [await makeTeam(server), await makeTeam(server)];
  const label = await createLabel(ctx, { name: freshName(), teamId: a.teamId });
  const seen = async (team?: "global" | number) => (await listLabels(ctx, { team })).some((row) => row.id === label.id);
  expect([await seen(), await seen(a.teamId), await seen(b.teamId), await seen("global")]).toEqual([true, true, false, false]);
});

test("observers read labels and may not change them", async () => {
  const observer = await testUserContext("observer");
  const label = await createLabel(ctx, { name: freshName() });
  expect((await getLabel(observer, label.id)).name).toBe(label.name);
  await expect(createLabel(observer, { name: freshName() })).rejects.toMatchObject({ status: 403 });
  await expect(updateLabel(observer, label.id, { name: "x" })).rejects.toMatchObject({ status: 403 });
  await expect(deleteLabel(observer, label.id)).rejects.toMatchObject({ status: 403 });
});

test("more than 500 hosts join and leave a manual label behind the answer, which counts them already; a later word about a host holds", async () => {
  const admin = await testUserContext("admin");
  const rows = await admin.db.$queryRawUnsafe<{ id: number }[]>(
    "insert into hosts (hostname, osquery_host_id) select 'member', 'member-' || n from generate_series(1, 1100) as n returning id",
  );
  const hostIds = rows.map(({ id }) => id).toSorted((a, b) => a - b);
  const [first, second] = [hostIds.slice(0, 600), hostIds.slice(500)];
  const label = await createLabel(admin, { name: "Many", hostIds: first });
  expect(label.hostCount).toBe(600);
  const members = async () => (await admin.db.labelMembership.findMany({ where: { labelId: label.id } })).map(({ hostId }) => hostId).toSorted((a, b) => a - b);
  expect(await members()).toEqual([]);
  expect((await updateLabel(admin, label.id, { hostIds: second })).hostCount).toBe(600);
  // A few are said something newer of while the many wait.
  await changeHostLabels(admin, second[0] ?? 0, "remove", ["Many"]);
  await changeHostLabels(admin, first[0] ?? 0, "add", ["Many"]);
  expect((await getLabel(admin, label.id)).hostCount).toBe(600);
  await admin.db.host.delete({ where: { id: second[1] ?? 0 } });
  await moveWaitingMembers.run(testServerContext(), {});
  expect(await admin.db.labelMemberChange.count()).toBe(900);
  await runJobs({ clock: testClock(), jobs: [moveWaitingMembers as Job] });
  expect(await members()).toEqual([first[0], ...second.slice(2)]);
  expect(await admin.db.labelMemberChange.count()).toBe(0);
  expect((await getLabel(admin, label.id)).hostCount).toBe(599);
});
