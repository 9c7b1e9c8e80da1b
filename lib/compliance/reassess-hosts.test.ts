import { beforeAll, expect, test, vi } from "vitest";
import type { Context } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { requestReassessment, type ReassessmentCause, type ReassessmentScope } from "@/lib/teams/request-reassessment";
import { makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import { listHostsInScope } from "./reassessment-queries";
import { reassessHosts } from "./reassess-hosts.job";

const assessed = vi.hoisted(() => ({ slices: [] as { hostIds: number[]; cause: string }[], fail: false }));
vi.mock("./assess-hosts", () => ({
  assessHosts: (_tx: unknown, hostIds: number[], cause: string) => {
    if (assessed.fail) throw new Error("the database went away");
    if (hostIds.length > 0) assessed.slices.push({ hostIds, cause });
  },
}));

interface WaitingPass {
  key: string | null;
  payload: { scope: ReassessmentScope; cause: ReassessmentCause; afterHostId: number; fromHostId?: number };
}

let ctx: Context;
beforeAll(() => {
  ctx = testServerContext();
});

async function hostsOf(teamId: number, count: number): Promise<number[]> {
  const rows = await ctx.db.$queryRawUnsafe<{ id: number }[]>(
    `insert into hosts (team_id, hostname, osquery_host_id, platform) select $1::int, 'pass', $1::text || '-' || n, 'darwin' from generate_series(1, $2::int) as n returning id`,
    teamId,
    count,
  );
  return rows.map(({ id }) => id).toSorted((a, b) => a - b);
}

const waiting = () =>
  ctx.db.$queryRawUnsafe<WaitingPass[]>(
    `select j.key, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'compliance.reassess_hosts' order by j.id`,
  );

/** Runs the first waiting pass as the worker does: it is out of the queue while its slice runs. */
async function runNext(index = 0): Promise<void> {
  const pass = (await waiting())[index];
  if (!pass) throw new Error("No pass waits.");
  if (pass.key) await ctx.db.$queryRawUnsafe("select 1 as ok from graphile_worker.remove_job($1)", pass.key);
  else await ctx.db.$queryRawUnsafe("delete from graphile_worker._private_jobs returning 1 as ok");
  await reassessHosts.run(ctx, reassessHosts.payload.parse(pass.payload));
}

async function runAll(): Promise<{ hostIds: number[]; causes: string[] }> {
  while ((await waiting()).length > 0) await runNext();
  const slices = assessed.slices.splice(0);
  return { hostIds: slices.flatMap(({ hostIds }) => hostIds), causes: slices.map(({ cause }) => cause) };
}

const request = (scope: ReassessmentScope, cause: ReassessmentCause) => inSqlTransaction(ctx, (tx) => requestReassessment(tx, scope, cause));

test("requests about the same hosts that wait are one pass, for the newest cause; one that does something of its own stays apart", async () => {
  const { teamId } = await makeTeam(ctx);
  const hostIds = await hostsOf(teamId, 3);
  await request({ teamId }, "policy_edited");
  await request({ teamId }, "gated_policies_changed");
  await request({ teamId }, "resync");
  expect((await waiting()).map(({ payload }) => payload.cause)).toEqual(["gated_policies_changed", "resync"]);
  expect(await runAll()).toEqual({ hostIds: [...hostIds, ...hostIds], causes: ["gated_policies_changed", "resync"] });
});

test("a request that comes while a pass is at work joins it: it goes on for the newer cause and comes round, and every host is seen after it", async () => {
  const { teamId } = await makeTeam(ctx);
  const hostIds = await hostsOf(teamId, 225);
  await request({ teamId }, "policy_edited");
  await runNext();
  await request({ teamId }, "policy_deleted");
  expect(await waiting()).toHaveLength(2);
  const { hostIds: seen, causes } = await runAll();
  expect(causes).toEqual(["policy_edited", "policy_deleted", "policy_deleted", "policy_deleted"]);
  expect(seen).toEqual([...hostIds, ...hostIds.slice(0, 100)]);
  expect(await waiting()).toEqual([]);
});

test("it makes no difference whether the new request or the pass at work is taken first", async () => {
  const { teamId } = await makeTeam(ctx);
  const hostIds = await hostsOf(teamId, 225);
  await request({ teamId }, "policy_edited");
  await runNext();
  await runNext();
  await request({ teamId }, "policy_deleted");
  const fresh = (await waiting()).findIndex(({ payload }) => payload.afterHostId === 0);
  await runNext(fresh);
  const { hostIds: seen } = await runAll();
  expect(seen.slice(0, 200)).toEqual(hostIds.slice(0, 200));
  expect(seen.slice(200).toSorted((a, b) => a - b)).toEqual(hostIds);
});

test("requests that never stop don't hold up the last hosts", async () => {
  const { teamId } = await makeTeam(ctx);
  const hostIds = await hostsOf(teamId, 225);
  await request({ teamId }, "policy_edited");
  for (let slices = 0; slices < 4; slices += 1) {
    await runNext();
    await request({ teamId }, "policy_edited");
  }
  const seen = new Set(assessed.slices.flatMap((slice) => slice.hostIds));
  expect([...seen].toSorted((a, b) => a - b)).toEqual(hostIds);
  await runAll();
});

test("a slice that fails keeps its place: nothing is asked for twice, and the rest follows", async () => {
  const { teamId } = await makeTeam(ctx);
  const hostIds = await hostsOf(teamId, 250);
  await request({ teamId }, "policy_edited");
  await runNext();
  const [rest] = await waiting();
  assessed.fail = true;
  await expect(reassessHosts.run(ctx, reassessHosts.payload.parse(rest?.payload))).rejects.toThrow("the database went away");
  assessed.fail = false;
  expect(await waiting()).toHaveLength(1);
  expect((await runAll()).hostIds).toEqual(hostIds);
});

test("many named hosts are asked for in parts, in a queue; a few at once", async () => {
  const { teamId } = await makeTeam(ctx);
  const hostIds = await hostsOf(teamId, 520);
  await request({ hostIds }, "host_transferred");
  expect((await waiting()).map(({ payload }) => ("hostIds" in payload.scope ? payload.scope.hostIds.length : 0))).toEqual([500, 20]);
  const queued = () =>
    ctx.db.$queryRawUnsafe<{ queued: boolean }[]>("select job_queue_id is not null as queued from graphile_worker._private_jobs order by id");
  expect(await queued()).toEqual([{ queued: true }, { queued: true }]);
  await ctx.db.$queryRawUnsafe("delete from graphile_worker._private_jobs returning 1 as ok");
  await request({ hostIds: hostIds.slice(0, 51) }, "host_transferred");
  await request({ hostIds: hostIds.slice(0, 50) }, "host_transferred");
  expect(await queued()).toEqual([{ queued: true }, { queued: false }]);
  await ctx.db.$queryRawUnsafe("delete from graphile_worker._private_jobs returning 1 as ok");
});

test("a policy's pass visits the hosts that it asks in teams that gate, and a policy that is gone may have been anybody's", async () => {
  const [on, off] = [await makeTeam(ctx, { conditionalAccess: true }), await makeTeam(ctx, { conditionalAccess: false })];
  const { policyId } = await makePolicy(ctx, { teamId: on.teamId, platform: "darwin" });
  const [hostId, windowsId] = (await hostsOf(on.teamId, 2)) as [number, number];
  await ctx.db.host.update({ where: { id: windowsId }, data: { platform: "windows" } });
  await hostsOf(off.teamId, 1);
  const inScope = (scope: ReassessmentScope, cause: ReassessmentCause) =>
    listHostsInScope(ctx.sql, scope, cause, { after: hostId - 1, upTo: null }, 10).then((hostIds) => hostIds.length);
  expect(await inScope({ policyId }, "policy_edited")).toBe(1);
  await ctx.db.policy.delete({ where: { id: policyId } });
  expect(await inScope({ policyId }, "policy_edited")).toBe(2);
  expect(await inScope({ everyHost: true }, "policy_edited")).toBe(2);
  expect(await inScope({ everyHost: true }, "connection_changed")).toBe(3);
});
